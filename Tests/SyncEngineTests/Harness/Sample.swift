// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Records of Business Central as tests make them.
enum Sample {
    /// A record's id: the same name always gives the same.
    static func id(_ name: String) -> String { NamedUUID.make("sample \(name)") }

    static func item(_ number: String, unit: String = "PCS", _ changes: [String: Value?] = [:]) -> Value {
        Value.object([
            "systemId": .text(id("item \(number)")), "number": .text(number), "displayName": .text("Item \(number)"),
            "unitPrice": .number("649.40"), "unitCost": 500, "inventory": 5, "blocked": false,
            "baseUnitOfMeasureCode": .text(unit),
        ]).with(changes)
    }

    static func itemUnit(_ item: String, _ code: String = "PCS", _ changes: [String: Value?] = [:]) -> Value {
        Value.object([
            "systemId": .text(id("unit \(item)/\(code)")), "itemNo": .text(item), "itemId": .text(id("item \(item)")),
            "code": .text(code), "qtyPerUnitOfMeasure": 1,
        ]).with(changes)
    }

    static func resource(_ number: String, unit: String = "HOUR", _ changes: [String: Value?] = [:]) -> Value {
        Value.object([
            "systemId": .text(id("resource \(number)")), "number": .text(number), "name": .text("Resource \(number)"),
            "unitPrice": 100, "unitCost": 60, "blocked": false, "baseUnitOfMeasure": .text(unit),
        ]).with(changes)
    }

    static func resourceUnit(_ resource: String, _ code: String = "HOUR") -> Value {
        .object([
            "systemId": .text(id("unit \(resource)/\(code)")), "resourceNo": .text(resource),
            "resourceId": .text(id("resource \(resource)")), "code": .text(code), "qtyPerUnitOfMeasure": 1,
        ])
    }

    static func currency(_ code: String, _ changes: [String: Value?] = [:]) -> Value {
        Value.object([
            "systemId": .text(id("currency \(code)")), "code": .text(code), "displayName": .text("Currency \(code)"),
            "symbol": "",
            "exchangeRates": [
                ["startingDate": "2024-01-01", "exchangeRateAmount": 100, "relationalExchangeRateAmount": 80]
            ],
        ]).with(changes)
    }

    static func customer(_ number: String, _ changes: [String: Value?] = [:]) -> Value {
        Value.object([
            "systemId": .text(id("customer \(number)")), "number": .text(number),
            "displayName": .text("Customer \(number)"),
            "city": "London", "currencyCode": "GBP", "blocked": " ", "creditLimit": 0,
        ]).with(changes)
    }

    static func priceList(_ code: String, _ changes: [String: Value?] = [:]) -> Value {
        Value.object([
            "systemId": .text(id("list \(code)")), "code": .text(code), "description": .text("List \(code)"),
            "priceType": "Sale", "amountType": "Price", "currencyCode": "", "startingDate": "2026-01-01",
            "endingDate": "0001-01-01", "status": "Active",
        ]).with(changes)
    }

    static func price(_ list: String, _ item: String, line: Int = 10_000, _ changes: [String: Value?] = [:]) -> Value {
        Value.object([
            "systemId": .text(id("price \(list)/\(line)")), "priceListCode": .text(list),
            "lineNo": .number(String(line)),
            "assetType": "Item", "assetNo": .text(item), "unitOfMeasureCode": "", "minimumQuantity": 0,
            "currencyCode": "",
            "priceType": "Sale", "amountType": "Price", "unitPrice": .number("143.9"),
        ]).with(changes)
    }

    /// A line that sells some of an item, 100 without and 125 with VAT.
    static func line(_ invoice: String, _ number: Int, item: String, _ changes: [String: Value?] = [:]) -> Value {
        Value.object([
            "systemId": .text(id("line \(invoice)/\(number)")), "documentId": .text(id("invoice \(invoice)")),
            "sequence": .number(String(number)), "lineType": "Item", "lineObjectNumber": .text(item),
            "description": .text("Item \(item)"), "unitOfMeasureCode": "PCS", "quantity": 2, "unitPrice": 50,
            "discountAmount": 0, "netAmount": 100, "netAmountIncludingTax": 125,
        ]).with(changes)
    }

    /// An invoice of 100 without and 125 with VAT for each line.
    static func invoice(
        _ number: String,
        customer: String,
        lines: [Value]?,
        count: Int? = nil,
        _ changes: [String: Value?] = [:]
    ) -> Value {
        let count = count ?? lines?.count ?? 0
        var invoice = Value.object([
            "systemId": .text(id("invoice \(number)")), "number": .text(number), "customerNumber": .text(customer),
            "currencyCode": "GBP", "pricesIncludeTax": false, "status": "Open", "discountAmount": 0,
            "dueDate": "2026-02-01", "totalAmountExcludingTax": .number(String(100 * count)),
            "totalAmountIncludingTax": .number(String(125 * count)), "remainingAmount": .number(String(125 * count)),
        ])
        if let lines { invoice["salesInvoiceLines"] = .array(lines) }
        return invoice.with(changes)
    }
}

extension Installation {
    /// Sends a change event; its time is the installation's, which goes on by a second.
    ///
    /// Without `sequence` the event has no row version; without `at` its time is now.
    @discardableResult
    func send(
        _ entity: String,
        _ record: Value,
        op: String = "u",
        sequence: Int64? = nil,
        at: Int64? = nil,
        key: String?? = .some(nil),
        partition: Int32? = nil
    ) -> [UInt8] {
        now += 1_000
        let time = at ?? now
        var image = record
        if op != "d", image["lastModifiedDateTime"] == nil {
            image["lastModifiedDateTime"] = .text(Timestamp.text(milliseconds: time))
        }
        var source: Value = ["system": "business-central", "company": .text(Installation.company)]
        if let sequence { source["sequence"] = .number(String(sequence)) }
        let event: Value = [
            "op": .text(op), "ts_ms": .number(String(time)), "source": source, (op == "d" ? "before" : "after"): image,
        ]
        let id = record["systemId"]?.text ?? record["id"]?.text
        let bytes = event.bytes
        produce(
            "bc.changes.\(entity)",
            key: key.flatMap { $0 } ?? id,
            value: bytes,
            partition: partition,
            timestamp: time
        )
        return bytes
    }

    /// Sends a delete of a record.
    func delete(_ entity: String, _ record: Value, at: Int64? = nil) {
        send(entity, record, op: "d", at: at)
    }

    /// Sends an operator's command.
    func command(_ command: String, _ mapping: String, _ id: String) throws {
        let pair = PairKey(mapping: mapping, company: Installation.company, id: id).description
        let worker = try #require(try owner(of: mapping, id)).instance.name
        let partition = try #require(try owner(of: mapping, id)).partition
        let value: Value = ["type": "command", "command": .text(command), "pairKey": .text(pair)]
        produce("sync.inbox.\(worker)", key: pair, value: value.bytes, partition: partition)
    }

    private func owner(of mapping: String, _ id: String) throws -> (
        instance: WorkerInstance, partition: Int32, coupling: Coupling
    )? {
        let pair = PairKey(mapping: mapping, company: Installation.company, id: id).description
        for instance in instances where instance.runs(mapping) {
            guard let (coupling, partition) = try instance.engine.tables.load(pair),
                instance.engine.ownedPartitions.contains(partition)
            else { continue }
            return (instance, partition, coupling)
        }
        return nil
    }

    /// A pair's coupling as its owner has it; nil where there is none.
    func coupling(_ mapping: String, _ id: String) throws -> Coupling? { try owner(of: mapping, id)?.coupling }

    /// The changes of a pair, in order.
    func changes(_ mapping: String, _ id: String) -> [OutboundChange] {
        changes.filter { $0.mapping == mapping && $0.pairKey.id == id }
    }

    /// The operations of a pair's changes, in order.
    func operations(_ mapping: String, _ id: String) -> [SyncModel.Operation] { changes(mapping, id).map(\.operation) }

    /// A pair's row in Dataverse; nil where there is none.
    func row(_ mapping: String, _ id: String) throws -> SimulatedRow? {
        guard let coupling = try coupling(mapping, id) else { return nil }
        return dataverse.row(coupling.crm.entity, coupling.crm.id)
    }

    /// How often a mapping counted a result.
    func count(_ result: RecordResult, _ mapping: String) -> Int {
        results.filter { $0.result == result && $0.mapping == mapping }.count
    }

    /// Sends an item with its unit, and lets everything settle.
    func couple(item: String, _ changes: [String: Value?] = [:]) throws {
        send("items", Sample.item(item, changes))
        send("item-units", Sample.itemUnit(item))
        try settle()
    }
}

extension OutboundChange {
    /// A column's value as text; nil where the change has none or clears it.
    subscript(_ column: String) -> String? { columns.first { $0.name == column }?.value.baseText }

    /// The names of the columns, sorted.
    var names: [String] { columns.map(\.name).sorted() }
}
