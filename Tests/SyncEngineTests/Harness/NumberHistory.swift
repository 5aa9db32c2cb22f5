// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import SyncEngine
import SyncModel

/// A random history of items that are made, renamed and deleted, so that numbers are used again and again.
///
/// Business Central's own rule holds at every moment: no two items have one number. Events arrive in order for each
/// record and in any order between records, while workers run, stop and start.
struct NumberHistory {
    struct Item {
        let id: String
        let name: String
        var number: String
        var unit: String { Sample.id("unit \(id)") }
        var price: String { Sample.id("price \(id)") }
    }

    private static let numbers = ["1000", "2000", "3000"]

    private let installation: Installation
    private var random: SeededGenerator
    private var queues: [String: [() -> Void]] = [:]
    private var time: Int64
    private var made = 0
    /// The items that are there at the end.
    private(set) var live: [Item] = []
    /// What happened, for a message.
    private(set) var story: [String] = []

    init(_ installation: Installation, seed: UInt64) {
        self.installation = installation
        random = SeededGenerator(seed: seed)
        time = installation.now
    }

    /// Lives through the history until everything has arrived.
    mutating func run() throws {
        installation.send("price-lists", Sample.priceList("L"))
        for _ in 0..<(4 + random.below(8)) {
            change()
            for _ in 0..<random.below(8) where !queues.isEmpty {
                deliverNext()
                switch random.below(4) {
                case 0: try installation.settle()
                case 1: try installation.runWorkers()
                case 2: try installation.restart(random.below(installation.instances.count))
                default: break
                }
            }
        }
        while !queues.isEmpty {
            deliverNext()
            if random.isOneIn(3) { try installation.settle() }
        }
        try installation.settle()
    }

    private mutating func change() {
        let free = NumberHistory.numbers.filter { number in !live.contains { $0.number == number } }
        switch random.below(4) {
        case 0, 1:
            guard let number = free.randomElement(using: &random) else { return }
            made += 1
            let item = Item(id: Sample.id("item \(made)"), name: "N\(made)", number: number)
            live.append(item)
            story.append("\(item.name) is \(number)")
            send(item)
        case 2:
            guard !live.isEmpty, let number = free.randomElement(using: &random) else { return }
            let index = random.below(live.count)
            story.append("\(live[index].name) becomes \(number)")
            live[index].number = number
            // Business Central may tell nothing of what belongs to a renamed item.
            send(live[index], unit: !random.isOneIn(4), price: !random.isOneIn(4))
        default:
            guard !live.isEmpty else { return }
            let item = live.remove(at: random.below(live.count))
            story.append("\(item.name) goes")
            send(item, op: "d")
        }
    }

    private mutating func send(_ item: Item, unit: Bool = true, price: Bool = true, op: String = "u") {
        enqueue("items", Sample.item(item.number, ["systemId": .text(item.id), "displayName": .text(item.name)]), op)
        let owner: [String: Value?] = ["systemId": .text(item.unit), "itemId": .text(item.id)]
        if unit { enqueue("item-units", Sample.itemUnit(item.number, "PCS", owner), op) }
        let line: [String: Value?] = [
            "systemId": .text(item.price), "assetId": .text(item.id), "unitOfMeasureCode": "PCS",
        ]
        if price { enqueue("price-list-lines", Sample.price("L", item.number, line), op) }
    }

    private mutating func enqueue(_ entity: String, _ record: Value, _ op: String) {
        time += 1_000
        let (installation, time) = (installation, time)
        queues[record["systemId"]?.text ?? "", default: []].append {
            installation.send(entity, record, op: op, at: time)
        }
    }

    private mutating func deliverNext() {
        guard let id = queues.keys.sorted().randomElement(using: &random), var queue = queues[id] else { return }
        queue.removeFirst()()
        queues[id] = queue.isEmpty ? nil : queue
    }
}
