// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// The core: from change events, delivery results and other workers' couplings to outbound changes and coupling records.
///
/// A pure function of its store and its inputs (I9): no clock, no randomness, no input or output of its own; the time
/// comes in as `now`, effects go to the sink. Used on one thread, within one transaction of the store.
public final class SyncEngine<Store: OrderedStore> {
    /// The settings.
    public let settings: EngineSettings
    /// The couplings.
    public let tables: CouplingTables<Store>
    /// The time in milliseconds since 1970, set by the owner before each call.
    public var now: Int64 = 0
    /// The partitions whose pairs this engine may write.
    public var ownedPartitions: Set<Int32> = [] {
        // Others read on in what is given up: what is remembered may not be a record's last event any more.
        didSet { if !ownedPartitions.isSuperset(of: oldValue) { recentDeletes = RecentDeletes() } }
    }
    /// The source time of the record at hand, in milliseconds since 1970: the owner sets the record's own, a change event
    /// that says its time replaces it.
    public var eventAt: Int64 = 0

    let mappings: [String: ActiveMapping]
    let feeds: [String: Feed]
    let context: EvaluationContext
    /// The mappings of lines that may stand in their document's event.
    let embeddedMappings: [TableMapping]
    unowned let sink: any EffectSink
    /// Whether the sink wants the stages that records come to.
    let isTracing: Bool
    let homePartition: (String) -> Int32
    // What is stored around an image needs a few levels more than the event.
    let document = JSONDocument(maximumBytes: ChangeEvent.maximumBytes, maximumDepth: ChangeEvent.maximumDepth)
    let keyDocument = JSONDocument(maximumBytes: 4_096, maximumDepth: 8)
    let imageDocument = JSONDocument(maximumDepth: Coupling.maximumDepth)
    let lineDocument = JSONDocument()
    let inboxDocument = JSONDocument(maximumDepth: Coupling.maximumDepth)
    var releaseQueue: [String] = []
    /// The same by their bytes: texts that look alike are equal, and name two pairs.
    var releaseSet: Set<[UInt8]> = []

    private var recentDeletes = RecentDeletes()

    /// What an entity's change topic feeds.
    struct Feed {
        var mappings: [ActiveMapping] = []
        var lines: [ActiveMapping] = []
    }

    /// Makes an engine.
    ///
    /// - Parameters:
    ///   - settings: what the settings say.
    ///   - mappings: the worker's mappings with their rules.
    ///   - store: its state, with one transaction open whenever the engine is called.
    ///   - sink: where effects go; kept unowned, so the owner must outlive the engine.
    ///   - homePartition: the partition of a home id (murmur2, as Java places keys).
    public init(
        settings: EngineSettings,
        mappings: [ActiveMapping],
        store: Store,
        sink: any EffectSink,
        homePartition: @escaping (String) -> Int32
    ) {
        self.settings = settings
        self.sink = sink
        isTracing = sink.isTracing
        self.homePartition = homePartition
        tables = CouplingTables(store, ownMappings: Set(mappings.map(\.mapping.name)))
        context = EvaluationContext(settings: settings, records: tables)
        self.mappings = Dictionary(mappings.map { ($0.mapping.name, $0) }) { first, _ in first }
        var feeds: [String: Feed] = [:]
        for active in mappings {
            for entity in active.mapping.businessCentral.entities {
                feeds[entity, default: Feed()].mappings.append(active)
            }
            if let embedding = active.mapping.businessCentral.embeddedIn {
                feeds[embedding.entity, default: Feed()].lines.append(active)
            }
        }
        self.feeds = feeds
        embeddedMappings = mappings.map(\.mapping).filter { $0.businessCentral.embeddedIn != nil }
    }

    /// Takes one record of a change topic.
    ///
    /// Where its pair lives in another partition it is forwarded; where it cannot be read it is a dead letter; else every
    /// mapping that its entity feeds takes it.
    /// - Throws: what the store or the sink throws; the transaction must then be aborted.
    public func process(_ record: InputRecord) throws {
        guard let feed = feeds[record.entity] else {
            try sink.deadLetter(
                record,
                errorClass: .malformed,
                reason: "no mapping of this worker reads \(record.entity)"
            )
            return
        }
        let keyID = ChangeEvent.keyID(record.key, using: keyDocument)
        guard let value = record.value else { return try processTombstone(record, keyID: keyID, feed: feed) }
        var event: ChangeEvent
        do {
            event = try ChangeEvent(try document.parse(value), keyID: keyID, defaultCompany: settings.company)
        } catch let error as ChangeEvent.Malformed {
            return try sink.deadLetter(record, errorClass: .malformed, reason: error.reason)
        } catch let error as JSONError {
            return try sink.deadLetter(record, errorClass: .malformed, reason: error.description)
        }
        // An event without a time has the record's, as a tombstone does.
        if event.version.eventAt == 0 { event.version.eventAt = record.timestamp }
        eventAt = event.version.eventAt
        guard let home = try home(of: event, feed: feed) else {
            let reason = "the event of a line names no document, and the line is unknown"
            return try sink.deadLetter(record, errorClass: .malformed, reason: reason)
        }
        let partition = homePartition(home)
        if partition != record.partition, !record.isForwarded {
            // A line's delete may come before this event has reached its home, and not say where that is.
            if home != event.id { try tables.rememberHome(of: event.id, home) }
            return try sink.forward(record, to: partition, key: home)
        }
        let causation = Causation(
            topic: record.topic,
            partition: record.partition,
            offset: record.offset,
            eventAt: event.version.eventAt,
            traceparent: record.traceparent
        )
        try take(event, of: record.entity, feed: feed, home: home, partition: partition, causation: causation)
        recentDeletes.took((record.entity, event.id), isDelete: event.kind == .delete)
    }

    /// The id that decides where the event belongs; nil where it cannot be told.
    private func home(of event: ChangeEvent, feed: Feed) throws -> String? {
        guard let active = feed.mappings.first ?? feed.lines.first else { return event.id }
        guard let property = active.mapping.businessCentral.home else { return event.id }
        if let document = event.image?[property]?.string, NamedUUID.isUUID(document) { return document.lowercased() }
        return try knownHome(of: event.id, mapping: active.mapping.name)
    }

    /// The home of a line whose event does not name its document: its pair's, or that of an event on its way there.
    private func knownHome(of id: String, mapping: String) throws -> String? {
        let pair = try tables.pairs(mapping: mapping, id: id).first.flatMap { try tables.load($0)?.coupling.homeID }
        return try pair ?? tables.rememberedHome(of: id)
    }

    private func take(
        _ event: ChangeEvent,
        of entity: String,
        feed: Feed,
        home: String,
        partition: Int32,
        causation: Causation
    ) throws {
        var isTaken = feed.mappings.isEmpty
        for active in feed.mappings {
            let arrival = Arrival(
                kind: event.kind,
                id: event.id,
                company: event.company,
                document: active.mapping.businessCentral.home == nil ? nil : home,
                entity: entity,
                image: event.image,
                version: event.version,
                causation: causation,
                partition: partition,
                flaw: event.flaw
            )
            if try handle(arrival, active) { isTaken = true }
        }
        // A document that fails for its time has no lines that could be ordered.
        if event.flaw != nil { return }
        // Lines judge their own versions, but a stale delete of the document does not end them.
        guard isTaken || event.kind == .upsert else { return }
        for active in feed.lines { try takeLines(of: event, active, partition: partition, causation: causation) }
    }

    private func processTombstone(_ record: InputRecord, keyID: String?, feed: Feed) throws {
        guard let keyID else {
            return try sink.deadLetter(
                record,
                errorClass: .malformed,
                reason: "a tombstone whose key names no record id"
            )
        }
        guard let home = try home(ofTombstone: keyID, feed: feed) else { return }
        let partition = homePartition(home)
        if partition != record.partition, !record.isForwarded {
            return try sink.forward(record, to: partition, key: home)
        }
        if recentDeletes.contains(entity: record.entity, id: keyID) { return }
        let causation = Causation(
            topic: record.topic,
            partition: record.partition,
            offset: record.offset,
            eventAt: record.timestamp,
            traceparent: record.traceparent
        )
        for active in feed.mappings {
            for pairKey in try tables.pairs(mapping: active.mapping.name, id: keyID) {
                guard let (coupling, partition) = try tables.load(pairKey), coupling.state != .deleted,
                    coupling.state != .broken, coupling.waiting?.wish != .delete,
                    settings.company.map({ $0 == coupling.company }) ?? true
                else { continue }
                let arrival = Arrival(
                    kind: .delete,
                    id: coupling.id,
                    company: coupling.company,
                    document: coupling.document,
                    entity: coupling.bc.entity,
                    image: nil,
                    version: coupling.bc.version.beforeTombstone,
                    causation: causation,
                    partition: partition,
                    isTombstone: true
                )
                guard try handle(arrival, active) else { continue }
                for lines in feed.lines {
                    try endLines(of: keyID, company: coupling.company, version: nil, lines, partition: partition)
                }
            }
        }
    }

    /// The id that decides where a tombstone belongs, also that of a record whose event is still on its way here.
    private func home(ofTombstone id: String, feed: Feed) throws -> String? {
        guard let active = feed.mappings.first, active.mapping.businessCentral.home != nil else { return id }
        return try knownHome(of: id, mapping: active.mapping.name)
    }
}
