// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import EntityRules
import ItemEvents
import JSON
import SyncEngine
import SyncEngineTestSupport
import SyncModel
import TableMappings

/// A product worker with so many coupled items, and the events that change their prices.
final class Workload {
    /// What is done with each event.
    enum Variant: String, CaseIterable {
        case parse = "parse only"
        case store = "parse + store"
        case engine = "engine, events that change nothing"
        case full = "engine, a price changes"
    }

    struct Unexpected: Error {
        let reason: String
    }

    static let batch = 4_000
    /// As many as the worker releases in one transaction.
    static let releaseLimit = 1_000
    static let partition: Int32 = 0

    let itemCount: Int
    private let tables: StoredTables
    private let sink = EncodingSink()
    private let engine: SyncEngine<StoredTables>
    private let document = JSONDocument()
    private let keyDocument = JSONDocument()
    private var event = ItemEvent()
    private let topics = ["items": "bc.changes.items", "item-units": "bc.changes.item-units"]
    /// Ends with the item's id, which is overwritten.
    private var pairKey = Array("ITEM-PRODUCT/CRONUS International Ltd./\(ItemEvent.id(0))".utf8)
    private var prices: [Int]
    private var random: UInt64 = 42
    private var sequence = 1

    /// Makes a worker that knows nothing yet.
    init(itemCount: Int, directory: String) throws {
        self.itemCount = itemCount
        prices = [Int](repeating: 0, count: itemCount)
        tables = try StoredTables(directory: directory)
        engine = try Workload.makeEngine("product-worker", tables, sink)
    }

    /// Bytes so far: of the outbound changes, and of the coupling records.
    var bytes: (outbound: Int, couplings: Int) { (sink.outboundBytes, sink.couplingBytes) }
    /// Bytes of one event.
    var eventBytes: Int { event.value.count + event.key.count }

    private static func makeEngine<Store: OrderedStore>(
        _ worker: String,
        _ store: Store,
        _ sink: EncodingSink
    ) throws -> SyncEngine<Store> {
        var settings = EngineSettings(worker: worker, conditions: [.unitGroups, .priceLists])
        settings.localCurrency = "GBP"
        let active = try MappingCatalog.load(overrides: nil).active(conditions: settings.conditions)
        settings.activeMappings = Set(active.map(\.name))
        let engine = SyncEngine(
            settings: settings,
            mappings: active.filter { $0.worker == worker }.map {
                ActiveMapping($0, rule: EntityRuleCatalog.rule(for: $0.name), conditions: settings.conditions)
            },
            store: store,
            sink: sink,
            homePartition: { _ in partition }
        )
        engine.ownedPartitions = [partition]
        engine.now = 1_767_225_600_000
        return engine
    }

    /// Units and their groups come from the unit worker, as coupling records of its changelog.
    func coupleUnits() throws {
        for start in stride(from: 0, to: itemCount, by: Workload.batch) {
            // A unit worker for each batch, or its tables would need more memory than the machine may have.
            let couplings = EncodingSink()
            let units = try Workload.makeEngine("unit-worker", InMemoryStore(), couplings)
            couplings.onCoupling = { [engine] pairKey, record, partition in
                try engine.applyRemote(pairKey: pairKey, value: record, partition: partition)
            }
            for item in start..<min(start + Workload.batch, itemCount) {
                event.set(item: item, price: 0, sequence: 1)
                try process("items", key: event.key, value: event.value, units)
                let unit = ItemEvent.unit(of: item)
                try process("item-units", key: unit.key, value: unit.value, units)
            }
            try tables.commit()
            guard couplings.refused == 0 else { throw Unexpected(reason: "\(couplings.refused) units were refused") }
        }
    }

    /// Takes each item's first event; each leads to a create and its activation, or waits for its unit.
    func takeNewItems(waiting: Bool = false) throws {
        for item in 0..<itemCount {
            try take(item, .full)
            if item % Workload.batch == 0 { try tables.commit() }
        }
        try tables.commit()
        try checkNewItems(waiting ? 0 : itemCount)
    }

    /// Lets all that waits go on, as after an assignment: puts it up and judges it anew.
    func releaseAll() throws {
        engine.clearReleases()
        try engine.sweep(partition: Workload.partition)
        while engine.pendingReleases > 0 {
            try engine.release(limit: Workload.releaseLimit)
            try tables.commit()
        }
        try checkNewItems(itemCount)
    }

    private func checkNewItems(_ count: Int) throws {
        guard sink.changes == 2 * count, sink.refused == 0 else {
            throw Unexpected(reason: "\(sink.changes) changes of \(count) new items, \(sink.refused) refused")
        }
    }

    /// Takes events of random items, in batches.
    func run(_ variant: Variant, events: Int) throws {
        let before = sink.changes
        for number in 1...events {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            try take(Int(random >> 33) % itemCount, variant)
            if number % Workload.batch == 0 { try tables.commit() }
        }
        try tables.commit()
        let wanted = variant == .full ? events : 0
        guard sink.changes - before == wanted, sink.refused == 0 else {
            throw Unexpected(reason: "\(sink.changes - before) changes of \(events) events, \(sink.refused) refused")
        }
    }

    private func take(_ item: Int, _ variant: Variant) throws {
        if variant == .full { prices[item] += 1 }
        sequence += 1
        event.set(item: item, price: prices[item], sequence: sequence)
        switch variant {
        case .parse:
            try parse()
        case .store:
            try parse()
            try store()
        case .engine, .full:
            try process("items", key: event.key, value: event.value, engine)
        }
    }

    /// What any program does that reads the event at all: the envelope, the id and one value.
    private func parse() throws {
        let key = event.key.withUnsafeBytes { ChangeEvent.keyID($0, using: keyDocument) }
        let change = try ChangeEvent(try document.parse(event.value), keyID: key, defaultCompany: nil)
        guard change.image?["unitPrice"]?.numberText != nil else { throw Unexpected(reason: "no price") }
    }

    /// What any program does that keeps a record of this size for each item.
    private func store() throws {
        pairKey.replaceSubrange((pairKey.count - event.key.count)..., with: event.key)
        try pairKey.withUnsafeBytes { key in
            let record = try tables.withValue(.couplings, key) { $0.map { Array($0) } }
            guard let record else { throw Unexpected(reason: "an item without its coupling") }
            try record.withUnsafeBytes { try tables.put(.couplings, key, $0) }
        }
    }

    private func process<Store: OrderedStore>(
        _ entity: String,
        key: [UInt8],
        value: [UInt8],
        _ engine: SyncEngine<Store>
    ) throws {
        try key.withUnsafeBytes { key in
            try value.withUnsafeBytes { value in
                try engine.process(
                    InputRecord(
                        topic: topics[entity] ?? "",
                        entity: entity,
                        partition: Workload.partition,
                        offset: Int64(sequence),
                        timestamp: 1_767_225_600_000,
                        key: key,
                        value: value
                    )
                )
            }
        }
    }

    func close() throws { try tables.close() }
}
