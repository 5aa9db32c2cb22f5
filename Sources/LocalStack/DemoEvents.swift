// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
public import Kafka
import SyncModel
public import TableMappings

/// Events made from files of bare records, one JSON Lines file for each change topic's entity.
public struct DemoEvents: Sendable {
    /// One event, ready to send.
    public struct Event: Sendable {
        /// The entity of its change topic.
        public var entity: String
        /// The record's id.
        public var key: String
        /// The event in canonical form.
        public var value: [UInt8]
    }

    /// A file that cannot be used.
    public struct Unusable: Error, CustomStringConvertible {
        /// File, line and reason.
        public let description: String
    }

    /// The events in the order of the files.
    public private(set) var events: [Event] = []

    /// Reads the files of a directory that feed one of the given entities.
    ///
    /// - Parameters:
    ///   - directory: holds `items.jsonl` and its like.
    ///   - catalog: tells the table of each entity.
    ///   - company: the events' company.
    ///   - time: the events' time, in milliseconds since 1970.
    /// - Throws: `Unusable`.
    public init(directory: String, catalog: MappingCatalog, company: String, time: Int64) throws {
        var tables: [String: String] = [:]
        for mapping in catalog.mappings where mapping.worker != nil {
            for entity in mapping.businessCentral.entities { tables[entity] = mapping.businessCentral.table }
        }
        let document = JSONDocument()
        var sequence: Int64 = 0
        for (entity, table) in tables.sorted(by: { $0.key < $1.key }) {
            let path = "\(directory)/\(entity).jsonl"
            guard FileManager.default.fileExists(atPath: path) else { continue }
            let text = try String(contentsOfFile: path, encoding: .utf8)
            for (number, line) in text.split(separator: "\n").enumerated() {
                sequence += 1
                guard let row = try? document.parse(String(line)), let id = row["systemId"]?.string else {
                    throw Unusable(description: "\(path):\(number + 1): no JSON object with a systemId")
                }
                var writer = JSONWriter(reserving: line.utf8.count + 256)
                DemoEvents.write(row, table: table, company: company, time: time, sequence: sequence, to: &writer)
                events.append(Event(entity: entity, key: id, value: writer.bytes))
            }
        }
        guard !events.isEmpty else {
            throw Unusable(description: "\(directory) has no file such as items.jsonl; name the demo data with --data")
        }
    }

    private static func write(
        _ row: JSONValue,
        table: String,
        company: String,
        time: Int64,
        sequence: Int64,
        to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.key("op")
        writer.string("r")
        writer.key("ts_ms")
        writer.integer(time)
        writer.key("source")
        writer.beginObject()
        for (name, value) in [("system", "business-central"), ("company", company), ("table", table)] {
            writer.key(name)
            writer.string(value)
        }
        writer.key("sequence")
        writer.integer(sequence)
        writer.endObject()
        writer.key("before")
        writer.null()
        writer.key("after")
        writer.value(row)
        writer.endObject()
    }

    /// Shuffles, then puts first what refers to most: invoices before products, prices before units.
    public mutating func arrangeWorstFirst(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        events.shuffle(using: &generator)
        let rank = [
            "sales-invoices": 0, "price-list-lines": 1, "price-lists": 2, "items": 3, "resources": 3, "customers": 4,
            "item-units": 5, "resource-units": 5, "currencies": 6,
        ]
        // A quarter keeps its random place, so that the orders also mix.
        let ranked = events.enumerated().map { index, event in
            (rank: generator.next() % 4 == 0 ? Int(generator.next() % 7) : rank[event.entity] ?? 3, index: index)
        }
        events = ranked.sorted { ($0.rank, $0.index) < ($1.rank, $1.index) }.map { events[$0.index] }
    }

    /// Keeps the events that are wanted.
    public mutating func keep(_ isWanted: (Event) -> Bool) {
        events = events.filter(isWanted)
    }

    /// Sends the events, keyed by record id.
    public func send(_ kafka: KafkaConfiguration, topicPrefix: String = "") throws {
        let producer = try Producer(configuration: kafka, observer: nil)
        defer { producer.close() }
        for event in events {
            let topic = SyncTopics(prefix: topicPrefix).changes(of: event.entity)
            try producer.produce(topic: topic, partition: nil, key: Array(event.key.utf8), value: event.value)
        }
        try producer.flush(timeoutMs: 60_000)
    }
}

/// A small generator of random numbers whose whole course its seed decides (SplitMix64).
struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Begins a course.
    init(seed: UInt64) {
        state = seed
    }

    /// The next number.
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
