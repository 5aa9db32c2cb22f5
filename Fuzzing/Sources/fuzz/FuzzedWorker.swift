// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import EntityRules
import JSON
import SyncEngine
import SyncEngineTestSupport
import SyncModel
import TableMappings

/// The engine with the mappings of all workers over a store in memory, whose state is the same before every input.
final class FuzzedWorker {
    static let now: Int64 = 1_775_000_000_000
    let engine: SyncEngine<InMemoryStore>
    let sink = CheckingSink()
    private let store = InMemoryStore()
    private var kept: (couplings: [String: [UInt8]], changeIDs: Set<String>) = ([:], [])
    private var offset: Int64 = 0
    private var firstOffset: Int64 = 0
    private let document = JSONDocument(maximumBytes: 16 << 20, maximumDepth: Coupling.maximumDepth)

    init(isConfirmed: Bool) throws {
        let conditions = TableMapping.Condition.holding(
            unitGroupMapping: true,
            pricing: "price-lists",
            salesOrders: "off",
            ownership: "team"
        )
        var settings = EngineSettings(worker: "fuzzed-worker", conditions: conditions)
        settings.isConfirmed = isConfirmed
        settings.deletionPolicy = .deleteOther
        settings.localCurrency = "GBP"
        settings.company = "CRONUS International Ltd."
        let active = try MappingCatalog.load(overrides: nil).active(conditions: conditions)
        settings.activeMappings = Set(active.map(\.name))
        engine = SyncEngine(
            settings: settings,
            mappings: active.map {
                ActiveMapping($0, rule: EntityRuleCatalog.rule(for: $0.name), conditions: conditions)
            },
            store: store,
            sink: sink,
            // One id in four lives elsewhere.
            homePartition: { $0.utf8.reduce(0 as UInt8) { $0 &* 31 &+ $1 } % 4 == 3 ? 1 : 0 }
        )
        engine.ownedPartitions = [0, 1]
        engine.now = Self.now
    }

    /// Keeps the state as it is now: every input begins with it.
    func keepState() throws {
        store.commit()
        firstOffset = offset
        kept = (sink.couplings, sink.changeIDs)
        try goBack()
    }

    /// Goes back to the state that was kept.
    func goBack() throws {
        store.rollBack()
        engine.clearReleases()
        sink.restore(couplings: kept.couplings, changeIDs: kept.changeIDs)
        offset = firstOffset
    }

    /// Takes an event, here or at home.
    func take(_ entity: String, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) throws {
        try process { offset in
            let record = InputRecord(
                topic: "bc.changes.\(entity)",
                entity: entity,
                partition: 0,
                offset: offset,
                timestamp: Self.now,
                key: key,
                value: value
            )
            try engine.process(record)
            guard sink.forwards > 0 else { return }
            expect(sink.forwards == 1 && sink.deadLetters == 0, "forwarded, and something else")
            // As it comes back by the inbox.
            var forwarded = record
            forwarded.isForwarded = true
            sink.begin()
            try engine.process(forwarded)
            expect(sink.forwards == 0, "forwarded again")
        }
        try release()
    }

    /// Takes a record of the inbox.
    func takeInbox(_ value: UnsafeRawBufferPointer) throws {
        for partition: Int32 in [0, 1] {
            try process { offset in
                let record = InputRecord(
                    topic: "sync.inbox.fuzzed-worker",
                    entity: "fuzzed-worker",
                    partition: partition,
                    offset: offset,
                    timestamp: Self.now,
                    key: nil,
                    value: value
                )
                try engine.processInbox(record)
            }
        }
        try release()
    }

    private func process(_ body: (Int64) throws -> Void) throws {
        sink.begin()
        offset += 1
        try body(offset)
        expect(sink.deadLetters <= 1, "\(sink.deadLetters) dead letters of one record")
        expect(sink.deadLetters == 0 || sink.counted == 0, "a dead letter that was taken, too")
        expect(sink.unrecorded.isEmpty, "a change without a coupling record")
    }

    /// Lets go on what waited for what has come.
    private func release() throws {
        var rounds = 0
        while engine.pendingReleases > 0 {
            rounds += 1
            expect(rounds < 1_000, "releases without end")
            try engine.release(limit: 1_000)
            expect(sink.unrecorded.isEmpty, "a release without a coupling record")
        }
    }

    /// The local state says what the coupling records say.
    func compareState() throws {
        for (pairKey, record) in sink.touched {
            let stored = try engine.tables.load(pairKey)
            let recorded = try record.map { try Coupling(try document.parse($0)) }
            expect(stored?.coupling == recorded, "the local state is not what was recorded")
        }
    }
}
