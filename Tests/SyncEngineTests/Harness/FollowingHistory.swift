// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import SyncEngine
import SyncModel

/// A random history of base units and exchange rates that change, with prices and currencies whose values are made of them.
struct FollowingHistory {
    private struct Event {
        let entity: String
        let record: Value
        let time: Int64
        var id: String { record["systemId"]?.text ?? "" }
    }

    static let items = ["A", "B"]
    static let currencies = ["EUR", "DKK"]
    private static let units = ["PCS", "BOX", "CASE"]

    private var random: SeededGenerator
    private var events: [Event] = []
    private var time: Int64 = 1_767_225_600_000
    /// What happened, for a message.
    private(set) var story: [String] = []

    /// - Parameters:
    ///   - seed: says what happens.
    ///   - hasRivals: there are prices whose unit is told, which may have the row that another one wants.
    init(seed: UInt64, hasRivals: Bool) {
        random = SeededGenerator(seed: seed)
        add("price-lists", Sample.priceList("L"))
        for item in FollowingHistory.items {
            for unit in FollowingHistory.units { add("item-units", Sample.itemUnit(item, unit)) }
            send(price: item)
            send(item: item)
            if hasRivals { send(rival: item) }
        }
        for code in ["USD"] + FollowingHistory.currencies { send(currency: code) }
        for _ in 0..<(6 + random.below(12)) {
            time += Int64(random.below(40)) * 3_600_000
            let item = FollowingHistory.items[random.below(FollowingHistory.items.count)]
            switch random.below(6) {
            case 0, 1: send(item: item)
            case 2, 3: send(currency: "USD", hasRates: !random.isOneIn(5))
            case 4: send(price: item)
            default: send(currency: FollowingHistory.currencies[random.below(FollowingHistory.currencies.count)])
            }
            if hasRivals, random.isOneIn(4) { send(rival: item) }
        }
        send(currency: "USD")
    }

    private mutating func send(item: String) {
        let unit = FollowingHistory.units[random.below(FollowingHistory.units.count)]
        story.append("\(item) has \(unit)")
        add("items", Sample.item(item, unit: unit))
    }

    private mutating func send(price item: String) {
        let amount = 1 + random.below(100)
        add("price-list-lines", Sample.price("L", item, line: line(of: item), ["unitPrice": .number("\(amount)")]))
    }

    private mutating func send(rival item: String) {
        let unit = FollowingHistory.units[random.below(FollowingHistory.units.count)]
        story.append("the other price of \(item) has \(unit)")
        add("price-list-lines", Sample.price("L", item, line: line(of: item) + 1, ["unitOfMeasureCode": .text(unit)]))
    }

    private mutating func send(currency code: String, hasRates: Bool = true) {
        let worth = 20 + random.below(80)
        story.append("\(code) \(hasRates ? "is worth \(worth)" : "has no rate")")
        var rates: [Value] = [
            ["startingDate": "2024-01-01", "exchangeRateAmount": 100, "relationalExchangeRateAmount": 50]
        ]
        let day = String(Timestamp.text(milliseconds: time + Int64(random.below(2)) * 86_400_000).prefix(10))
        rates.append([
            "startingDate": .text(day), "exchangeRateAmount": 100, "relationalExchangeRateAmount": .number("\(worth)"),
        ])
        add("currencies", Sample.currency(code, ["exchangeRates": .array(hasRates ? rates : [])]))
    }

    private mutating func add(_ entity: String, _ record: Value) {
        time += 1_000
        events.append(Event(entity: entity, record: record, time: time))
    }

    private func line(of item: String) -> Int { item == "A" ? 10_000 : 20_000 }

    /// The price of an item that takes its base unit.
    func price(of item: String) -> String { Sample.id("price L/\(line(of: item))") }

    /// Sends every event in order, each when the one before is through.
    func runInOrder(_ installation: Installation) throws {
        for event in events {
            installation.send(event.entity, event.record, at: event.time)
            try installation.settle()
        }
    }

    /// Sends the events of each record in order and those of different records in any, while workers run, stop and start.
    mutating func runInAnyOrder(_ installation: Installation) throws {
        var queues = Dictionary(grouping: events, by: \.id)
        while let id = queues.keys.sorted().randomElement(using: &random), var queue = queues[id] {
            let event = queue.removeFirst()
            queues[id] = queue.isEmpty ? nil : queue
            installation.send(event.entity, event.record, at: event.time)
            let instance = installation.instances[random.below(installation.instances.count)]
            switch random.below(7) {
            case 0: try installation.settle()
            case 1: try installation.runWorkers()
            case 2: try installation.restart(random.below(installation.instances.count))
            case 3, 4: try run(instance, in: installation)
            case 5 where !installation.undelivered.isEmpty: try installation.deliver()
            default: break
            }
        }
        for _ in 0..<3 {
            for instance in installation.instances { try run(instance, in: installation) }
            try installation.deliverAll()
        }
        try installation.settle()
    }

    /// Lets one worker read and work by itself; its transaction may end in an abort.
    private mutating func run(_ instance: WorkerInstance, in installation: Installation) throws {
        for slot in installation.pendingTails(instance) { try installation.tail(instance, slot, count: 1_000) }
        let slots = installation.pending(instance).map { ($0, 1_000) }
        try installation.batch(instance, slots, releases: 1_000, aborts: random.isOneIn(3))
    }
}
