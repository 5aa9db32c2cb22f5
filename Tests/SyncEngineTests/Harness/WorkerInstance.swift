// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import EntityRules
import SyncEngineTestSupport
import SyncModel
import TableMappings

@testable import SyncEngine

/// A topic's partition.
struct TopicSlot: Hashable, Comparable {
    var topic: String
    var partition: Int32

    static func < (left: TopicSlot, right: TopicSlot) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }
}

/// One instance of a worker: its engine over a store of its own, without a Kafka.
final class WorkerInstance {
    let name: String
    let engine: SyncEngine<InMemoryStore>
    let store = InMemoryStore()
    let sink = CollectingSink()
    /// How far each couplings topic was read.
    var tailPositions: [TopicSlot: Int] = [:]
    private let changeTopics: [String]
    private let mappings: Set<String>
    /// The couplings topics that it reads: its own and those of the workers that it refers to.
    private let tails: Set<String>

    /// Makes a worker; `active` are the mappings that all workers run under the settings.
    init(name: String, settings: EngineSettings, active: [TableMapping], partitionCount: Int32) {
        self.name = name
        var settings = settings
        settings.worker = name
        settings.activeMappings = Set(active.map(\.name))
        let own = active.filter { $0.worker == name }.map {
            ActiveMapping($0, rule: EntityRuleCatalog.rule(for: $0.name), conditions: settings.conditions)
        }
        changeTopics = own.map(\.mapping).changeTopics
        mappings = Set(own.map(\.mapping.name))
        let graph = ReferenceGraph(mappings: active)
        let references = own.flatMap { graph.dependencies(of: $0.mapping.name) }
        let owners = active.filter { references.contains($0.name) }.compactMap(\.worker)
        tails = Set((owners + [name]).map { "sync.couplings.\($0)" })
        engine = SyncEngine(
            settings: settings,
            mappings: own,
            store: store,
            sink: sink,
            homePartition: { Installation.home(of: $0, count: partitionCount) }
        )
    }

    /// Whether the worker reads this topic in its group.
    func consumes(_ topic: String) -> Bool {
        topic == "sync.inbox.\(name)" || changeTopics.contains(topic)
    }

    /// Whether the worker owns the mapping's pairs.
    func runs(_ mapping: String) -> Bool { mappings.contains(mapping) }

    /// Whether the worker reads this couplings topic.
    func tails(_ topic: String) -> Bool { tails.contains(topic) }

    /// Takes one record, as the runtime would.
    func take(_ record: TopicRecord, from slot: TopicSlot, offset: Int) throws {
        try withOptionalBytes(record.key) { key in
            try withOptionalBytes(record.value) { value in
                let input = InputRecord(
                    topic: slot.topic,
                    entity: slot.topic.split(separator: ".").last.map(String.init) ?? slot.topic,
                    partition: slot.partition,
                    offset: Int64(offset),
                    timestamp: record.timestamp,
                    key: key,
                    value: value
                )
                if slot.topic.hasPrefix("sync.inbox.") {
                    try engine.processInbox(input)
                } else {
                    try engine.process(input)
                }
            }
        }
    }

    /// Takes a coupling record of a changelog; its own partitions' it has written itself.
    func tail(_ record: TopicRecord, from slot: TopicSlot) throws {
        guard slot.topic != "sync.couplings.\(name)" || !engine.ownedPartitions.contains(slot.partition) else { return }
        try withOptionalBytes(record.value) { value in
            try engine.applyRemote(
                pairKey: String(decoding: record.key ?? [], as: UTF8.self),
                value: value,
                partition: slot.partition
            )
        }
    }

    /// How many refused deletes are due.
    func countDueDeletes() throws -> Int {
        try engine.ownedPartitions.reduce(0) {
            try $0 + engine.tables.postponed(in: $1, before: engine.now + 1, limit: 1_000_000).count
        }
    }

    /// Drops the open transaction, as an abort does.
    func abort() throws {
        store.rollBack()
        _ = sink.takeEffects()
        engine.clearReleases()
        for partition in engine.ownedPartitions.sorted() { try engine.sweep(partition: partition) }
    }

    private func withOptionalBytes(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws -> Void) rethrows {
        guard let bytes else { return try body(nil) }
        try bytes.withUnsafeBytes { try body($0) }
    }
}
