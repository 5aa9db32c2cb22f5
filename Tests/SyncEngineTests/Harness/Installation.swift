// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import JSON
import SyncEngine
import SyncEngineTestSupport
import SyncModel
import TableMappings

/// All workers, the topics between them and a Dataverse, in memory: what one Kafka transaction holds becomes visible at once.
final class Installation {
    /// Not all of it ASCII, so that every test sees names whose bytes and characters differ in number.
    static let company = "CRONUS Österreich & Söhne"
    static let workers = [
        "reference-worker", "unit-worker", "product-worker", "account-worker", "price-worker", "invoice-worker",
    ]

    /// How an installation is set up.
    struct Options {
        var isConfirmed = false
        var conditions: Set<TableMapping.Condition> = [.unitGroups, .priceLists]
        var instances = 1
        var partitions: Int32 = 3
        var dataverse = DataverseSimulator(baseCurrency: "GBP")
        var adjust: (inout EngineSettings) -> Void = { _ in }
        var adjustMapping: (inout TableMapping) -> Void = { _ in }
    }

    let options: Options
    let dataverse: DataverseSimulator
    private(set) var instances: [WorkerInstance] = []
    private(set) var topics: [TopicSlot: [TopicRecord]] = [:]
    /// The group's committed offset of each partition, by worker.
    private(set) var committed: [String: [TopicSlot: Int]] = [:]
    private(set) var changes: [OutboundChange] = []
    private(set) var deadLetters: [CollectingSink.DeadLetter] = []
    private(set) var results: [(result: RecordResult, mapping: String)] = []
    private(set) var forwarded = 0
    private(set) var clockDisagreements = 0
    private(set) var leftAside: [String] = []
    /// Changes that were published and not yet delivered, by outbound topic and pair.
    private(set) var undelivered: [(slot: TopicSlot, json: [UInt8])] = []
    var now: Int64 = 1_767_225_600_000
    private let document = JSONDocument()
    private static let catalog = Result { try MappingCatalog.load(overrides: nil) }

    init(_ options: Options = Options()) throws {
        self.options = options
        dataverse = options.dataverse
        for worker in Installation.workers {
            for number in 0..<options.instances { instances.append(try makeInstance(worker, number: number)) }
        }
    }

    private func makeInstance(_ worker: String, number: Int) throws -> WorkerInstance {
        var settings = EngineSettings(worker: worker, conditions: options.conditions)
        settings.isConfirmed = options.isConfirmed
        settings.localCurrency = "GBP"
        options.adjust(&settings)
        var active = try Installation.catalog.get().active(conditions: options.conditions)
        for index in active.indices { options.adjustMapping(&active[index]) }
        let instance = WorkerInstance(
            name: worker,
            settings: settings,
            active: active,
            partitionCount: options.partitions
        )
        instance.engine.ownedPartitions = Set((0..<options.partitions).filter { Int($0) % options.instances == number })
        return instance
    }

    /// The partition of a home id; any spread does.
    static func home(of id: String, count: Int32) -> Int32 {
        Int32(id.utf8.reduce(UInt32(7)) { ($0 &* 31) &+ UInt32($1) } % UInt32(count))
    }

    /// Puts a record into a topic, by default where a Java producer would put its key.
    func produce(_ topic: String, key: String?, value: [UInt8]?, partition: Int32? = nil, timestamp: Int64? = nil) {
        let home = partition ?? Installation.home(of: key ?? "", count: options.partitions)
        topics[TopicSlot(topic: topic, partition: home), default: []].append(
            TopicRecord(key: key.map { Array($0.utf8) }, value: value, timestamp: timestamp ?? now)
        )
    }

    /// The slots with records that an instance has not taken.
    func pending(_ instance: WorkerInstance) -> [TopicSlot] {
        topics.keys.filter { slot in
            instance.consumes(slot.topic) && instance.engine.ownedPartitions.contains(slot.partition)
                && (committed[instance.name]?[slot] ?? 0) < (topics[slot]?.count ?? 0)
        }.sorted()
    }

    /// The couplings partitions that an instance has not read to their end.
    func pendingTails(_ instance: WorkerInstance) -> [TopicSlot] {
        topics.keys.filter { slot in
            instance.tails(slot.topic) && (instance.tailPositions[slot] ?? 0) < (topics[slot]?.count ?? 0)
        }.sorted()
    }

    /// Takes records of some partitions and releases what may go on, in one transaction.
    ///
    /// `aborts`: the transaction ends in an abort; nothing of it stays.
    func batch(_ instance: WorkerInstance, _ slots: [(slot: TopicSlot, count: Int)], releases: Int, aborts: Bool) throws
    {
        instance.engine.now = now
        var positions = committed[instance.name] ?? [:]
        if releases > 0 { try instance.engine.release(limit: releases) }
        for (slot, count) in slots {
            let records = topics[slot] ?? []
            let start = positions[slot] ?? 0
            let end = min(records.count, start + count)
            for offset in start..<end { try instance.take(records[offset], from: slot, offset: offset) }
            positions[slot] = end
        }
        guard !aborts else { return try instance.abort() }
        instance.store.commit()
        committed[instance.name] = positions
        publish(instance.sink.takeEffects(), of: instance.name)
    }

    private func publish(_ effects: CollectingSink.Effects, of worker: String) {
        changes += effects.changes
        deadLetters += effects.deadLetters
        results += effects.results
        forwarded += effects.forwarded.count
        clockDisagreements += effects.clockDisagreements
        leftAside += effects.leftAside
        for coupling in effects.couplings {
            let slot = TopicSlot(topic: "sync.couplings.\(worker)", partition: coupling.partition)
            let record = TopicRecord(key: Array(coupling.pairKey.utf8), value: coupling.value, timestamp: now)
            topics[slot, default: []].append(record)
        }
        for forward in effects.forwarded {
            topics[TopicSlot(topic: "sync.inbox.\(worker)", partition: forward.partition), default: []].append(
                forward.record
            )
        }
        var writer = JSONWriter()
        for change in effects.changes {
            writer.removeAll()
            change.write(to: &writer)
            let pair = Installation.home(of: change.pairKey.description, count: options.partitions)
            let slot = TopicSlot(topic: "crm.outbound.\(change.entitySet)", partition: pair)
            undelivered.append((slot, writer.bytes))
        }
    }

    /// Lets every worker end the records of pairs that have been over for long enough.
    func forgetEnded() throws {
        for instance in instances {
            instance.engine.now = now
            _ = try instance.engine.forgetEnded(limit: 100)
            instance.store.commit()
            publish(instance.sink.takeEffects(), of: instance.name)
        }
    }

    /// Reads up to so many coupling records of a changelog.
    func tail(_ instance: WorkerInstance, _ slot: TopicSlot, count: Int) throws {
        let records = topics[slot] ?? []
        let start = instance.tailPositions[slot] ?? 0
        let end = min(records.count, start + count)
        for offset in start..<end { try instance.tail(records[offset], from: slot) }
        instance.tailPositions[slot] = end
        instance.store.commit()
    }

    /// Lets an instance read a changelog again from an earlier position, as from a disk older than its positions say.
    func rewind(_ instance: WorkerInstance, _ slot: TopicSlot, to position: Int) {
        instance.tailPositions[slot] = min(position, instance.tailPositions[slot] ?? 0)
    }

    /// Delivers the first change of the undelivered ones, or the first of a partition, and sends its result.
    func deliver(from slot: TopicSlot? = nil) throws {
        guard let index = slot == nil ? 0 : undelivered.firstIndex(where: { $0.slot == slot }),
            index < undelivered.count
        else {
            return
        }
        let json = undelivered.remove(at: index).json
        guard let result = try dataverse.apply(try document.parse(json)), options.isConfirmed else { return }
        var writer = JSONWriter()
        result.write(to: &writer)
        produce(result.replyTopic, key: result.pairKey, value: writer.bytes, partition: result.replyPartition)
    }

    /// Makes an instance anew from the changelogs alone, as after the loss of its disk.
    func restart(_ index: Int) throws {
        let old = instances[index]
        let instance = try makeInstance(old.name, number: 0)
        instance.engine.ownedPartitions = []
        instances[index] = instance
        for slot in pendingTails(instance) { try tail(instance, slot, count: 1_000_000) }
        try assign(old.engine.ownedPartitions, to: instance)
    }

    /// Gives an instance its partitions, after reading their changelog to the end.
    func assign(_ partitions: Set<Int32>, to instance: WorkerInstance) throws {
        for slot in pendingTails(instance) where slot.topic == "sync.couplings.\(instance.name)" {
            try tail(instance, slot, count: 1_000_000)
        }
        instance.engine.ownedPartitions = partitions
        instance.engine.clearReleases()
        for partition in partitions.sorted() { try instance.engine.sweep(partition: partition) }
    }

    /// Whether anything is left to do.
    func isQuiet(_ instance: WorkerInstance) -> Bool {
        instance.engine.pendingReleases == 0 && pending(instance).isEmpty && pendingTails(instance).isEmpty
    }
}
