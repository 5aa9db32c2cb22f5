// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import KafkaTestSupport

/// Reads what a contender has written, as a reader does that hides aborted records.
struct OutputReader {
    /// A record's cause: partition and offset of the event.
    struct Cause: Hashable {
        var partition: Int32
        var offset: Int64
    }

    let cluster: BenchmarkCluster

    /// Gives each record between the offsets and the present end.
    func read(
        _ topic: String,
        from starts: [TopicPartition: Int64],
        _ body: (Message) throws -> Void
    ) throws {
        let consumer = try Consumer(configuration: cluster.broker.configuration(), group: nil, observer: nil)
        defer { consumer.close() }
        try consumer.assign(starts)
        var open = Set(starts.keys)
        try waitUntil(within: .seconds(120), "the end of \(topic)") {
            for _ in 0..<1_000 where !open.isEmpty {
                switch consumer.poll(timeoutMs: 100) {
                case .message(let message): try body(message)
                case .partitionEnd(let partition, _): open.remove(partition)
                case .error(let error): if error.disposition != .retriable { throw error }
                case nil: break
                }
            }
            return open.isEmpty ? () : nil
        }
    }

    /// One record for each event, in order for each key.
    ///
    /// - Throws: `BenchmarkFailure` where it is not so.
    func check(_ contender: Contender, from starts: [TopicPartition: Int64], events: Int) throws {
        var seen: Set<Cause> = []
        var newest: [String: Int64] = [:]
        let document = JSONDocument()
        try read(contender.outbound, from: starts) { message in
            let cause = try OutputReader.cause(of: message, contender.kind, document)
            guard let cause else { throw BenchmarkFailure("a record without its cause in \(contender.outbound)") }
            let key = message.key.map { String(decoding: $0, as: UTF8.self) } ?? ""
            if cause.offset < newest[key] ?? -1 {
                throw BenchmarkFailure("\(contender.kind.rawValue): \(key) out of order")
            }
            newest[key] = cause.offset
            if !seen.insert(cause).inserted { throw BenchmarkFailure("\(contender.kind.rawValue): twice for \(cause)") }
        }
        guard seen.count == events else {
            throw BenchmarkFailure("\(contender.kind.rawValue): \(seen.count) records of \(events) events")
        }
    }

    /// Where the event lay that a record was made of.
    static func cause(of message: Message, _ kind: Contender.Kind, _ document: JSONDocument) throws -> Cause? {
        guard let value = message.value else { return nil }
        switch kind {
        case .worker:
            let causation = try document.parse(value)["causation"]
            guard let partition = causation?["partition"]?.numberText, let offset = causation?["offset"]?.numberText,
                let partition = Int32(partition), let offset = Int64(offset)
            else { return nil }
            return Cause(partition: partition, offset: offset)
        case .copy:
            let words = value.prefix(64).split(separator: UInt8(ascii: " "), maxSplits: 3).map {
                String(decoding: $0, as: UTF8.self)
            }
            guard words.count > 2, let partition = Int32(words[0]), let offset = Int64(words[1]) else { return nil }
            return Cause(partition: partition, offset: offset)
        }
    }

    /// Mean sizes of the worker's records since the offsets, keys left out, headers included.
    func sizes(outbound: [TopicPartition: Int64], changelog: [TopicPartition: Int64]) throws -> OutputSizes {
        OutputSizes(
            outbound: try meanSize(Contender.copiedTopics[0].own, outbound),
            changelog: try meanSize(Contender.copiedTopics[1].own, changelog)
        )
    }

    private func meanSize(_ topic: String, _ starts: [TopicPartition: Int64]) throws -> Int {
        var bytes = 0
        var count = 0
        try read(topic, from: starts) { message in
            bytes += message.value?.count ?? 0
            for header in message.headers() { bytes += header.name.utf8.count + (header.value?.count ?? 0) }
            count += 1
        }
        guard count > 0 else { throw BenchmarkFailure("nothing in \(topic)") }
        return bytes / count
    }
}
