// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import SyncModel

/// What happens in Business Central in a run, and in which order workers are told.
struct Script {
    /// One change event.
    struct Event {
        var entity: String
        var id: String
        var value: Value
        var time: Int64
        var number: Int64
    }

    /// A record as it is in the end.
    struct Final {
        var entity: String
        /// The last image; of a deleted record the one before.
        var image: Value
        var isDeleted: Bool
        var number: Int64
    }

    /// What may happen.
    struct Habits {
        var deletes: Set<String> = []
        /// Entities whose deleted records do not come back.
        var staysDeleted: Set<String> = []
        var blocksProducts = false
        var linesApart = false
        var usesSequences = true
    }

    private(set) var arrivals: [Event] = []
    private(set) var finals: [String: Final] = [:]
    private var numbers: SeededGenerator
    private let habits: Habits
    private var clock: Int64 = 1_767_225_600_000
    private var count: Int64 = 0
    private var histories: [[Event]] = []

    init(_ rows: [DemoCompany.Row], _ habits: Habits, numbers: SeededGenerator) {
        self.numbers = numbers
        self.habits = habits
        var rows = rows
        if habits.linesApart { rows = rows.flatMap(Script.apart) }
        // A line is never newer than its invoice's delete.
        let lines = rows.filter { $0.entity == "sales-invoice-lines" }
        let others = rows.filter { $0.entity != "sales-invoice-lines" }.shuffled(using: &self.numbers)
        for row in lines + others { tell(row) }
        interleave()
    }

    /// An invoice without its lines, and the lines.
    private static func apart(_ row: DemoCompany.Row) -> [DemoCompany.Row] {
        guard row.entity == "sales-invoices", let lines = row.image["salesInvoiceLines"] else { return [row] }
        let header = DemoCompany.Row(entity: row.entity, image: row.image.with(["salesInvoiceLines": nil]))
        return [header] + lines.elements.map { DemoCompany.Row(entity: "sales-invoice-lines", image: $0) }
    }

    /// A record's events: created, changed, perhaps deleted and created again.
    private mutating func tell(_ row: DemoCompany.Row) {
        var history: [Event] = []
        var image = row.image
        history.append(event("r", row, image))
        for _ in 0..<[0, 0, 1, 1, 2, 3][numbers.below(6)] where row.entity != "sales-invoice-lines" {
            image = changed(image, row.entity)
            history.append(event("u", row, image))
        }
        var isDeleted = false
        if habits.deletes.contains(row.entity), numbers.chance(12) {
            history.append(event("d", row, image))
            isDeleted = true
            let mayComeBack =
                !habits.staysDeleted.contains(row.entity)
                && !(habits.linesApart && row.entity == "sales-invoices")
            if numbers.chance(40), mayComeBack {
                image = changed(image, row.entity)
                history.append(event("c", row, image))
                isDeleted = false
            }
        }
        finals[row.id] = Final(entity: row.entity, image: image, isDeleted: isDeleted, number: count)
        histories.append(history)
    }

    private mutating func event(_ op: String, _ row: DemoCompany.Row, _ image: Value) -> Event {
        count += 1
        clock += Int64(1_000 + numbers.below(5_000))
        var image = image
        var source: Value = ["system": "business-central", "company": .text(Installation.company)]
        if habits.usesSequences { source["sequence"] = .number(String(count)) }
        if op == "d" {
            image["lastModifiedDateTime"] = nil
        } else {
            image["lastModifiedDateTime"] = .text(Timestamp.text(milliseconds: clock))
        }
        let value: Value = [
            "op": .text(op), "ts_ms": .number(String(clock)), "source": source, (op == "d" ? "before" : "after"): image,
        ]
        return Event(entity: row.entity, id: row.id, value: value, time: clock, number: count)
    }

    private mutating func changed(_ image: Value, _ entity: String) -> Value {
        let number = Value.number("\(numbers.below(2_000)).\(numbers.below(100))")
        let text = Value.text("Text \(numbers.below(1_000))")
        let toggle = numbers.chance(25)
        switch entity {
        case "items":
            if habits.blocksProducts, toggle { return image.with(["blocked": .bool(image["blocked"] != true)]) }
            return image.with(
                numbers.chance(50) ? ["unitPrice": number, "inventory": -1] : ["displayName": text, "vendorNo": ""]
            )
        case "resources":
            if habits.blocksProducts, toggle { return image.with(["blocked": .bool(image["blocked"] != true)]) }
            return image.with(["unitPrice": number])
        case "item-units", "resource-units": return image.with(["qtyPerUnitOfMeasure": number])
        case "currencies": return image.with(["displayName": text])
        case "customers":
            if toggle { return image.with(["blocked": image["blocked"] == " " ? "Ship" : " "]) }
            return image.with(
                numbers.chance(50) ? ["city": text, "creditLimit": number] : ["addressLine2": "", "email": text]
            )
        case "price-lists": return image.with(["description": text, "endingDate": "2026-12-31"])
        case "price-list-lines":
            if toggle { return image.with(["minimumQuantity": image["minimumQuantity"] == 0 ? 10 : 0]) }
            return image.with(["unitPrice": number])
        case "sales-invoices":
            if toggle, let total = image["totalAmountIncludingTax"] {
                let remaining: Value = [0, 1, total][numbers.below(3)]
                return image.with(["remainingAmount": remaining, "status": remaining == 0 ? "Paid" : "Open"])
            }
            return image.with(["dueDate": .text("2026-0\(1 + numbers.below(9))-15")])
        default: return image
        }
    }

    /// The arrival: records shuffled, each one's events mostly in order, some doubled and some late.
    private mutating func interleave() {
        var positions = [Int](repeating: 0, count: histories.count)
        var open = Array(histories.indices)
        while !open.isEmpty {
            let pick = numbers.below(open.count)
            let record = open[pick]
            arrivals.append(histories[record][positions[record]])
            positions[record] += 1
            guard positions[record] == histories[record].count else { continue }
            open.swapAt(pick, open.count - 1)
            open.removeLast()
        }
        for index in arrivals.indices where numbers.chance(10) {
            let other = min(arrivals.count - 1, index + numbers.below(30))
            arrivals.swapAt(index, other)
        }
        for _ in 0..<(arrivals.count / 8) {
            arrivals.insert(arrivals[numbers.below(arrivals.count)], at: numbers.below(arrivals.count + 1))
        }
    }
}
