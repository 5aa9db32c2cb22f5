// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncEngine
import SyncModel

/// A record of a simulated topic.
struct TopicRecord {
    var key: [UInt8]?
    var value: [UInt8]?
    var timestamp: Int64 = 0
}

/// Collects the effects of one transaction.
final class CollectingSink: EffectSink {
    struct Forwarded {
        var partition: Int32
        var record: TopicRecord
    }

    struct DeadLetter {
        var key: [UInt8]?
        var value: [UInt8]?
        var reason: String
    }

    struct Effects {
        var changes: [OutboundChange] = []
        var couplings: [(pairKey: String, partition: Int32, value: [UInt8]?)] = []
        var forwarded: [Forwarded] = []
        var deadLetters: [DeadLetter] = []
        var results: [(result: RecordResult, mapping: String)] = []
        var clockDisagreements = 0
        /// Changes whose result named a row that was not taken over.
        var leftAside: [String] = []
    }

    private(set) var effects = Effects()

    /// Hands the effects over and begins anew.
    func takeEffects() -> Effects {
        defer { effects = Effects() }
        return effects
    }

    func leftAside(rowOf pair: PairKey, changeID: String) { effects.leftAside.append(changeID) }

    func publish(_ change: OutboundChange) { effects.changes.append(change) }

    func record(coupling: UnsafeRawBufferPointer?, pairKey: String, partition: Int32) {
        effects.couplings.append((pairKey, partition, coupling.map { Array($0) }))
    }

    func forward(_ record: InputRecord, to partition: Int32, key: String) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        writer.string("forwarded")
        writer.key("topic")
        writer.string(record.topic)
        writer.key("partition")
        writer.integer(Int64(record.partition))
        writer.key("offset")
        writer.integer(record.offset)
        writer.key("timestamp")
        writer.integer(record.timestamp)
        writer.key("key")
        if let key = record.key { writer.string(String(decoding: key, as: UTF8.self)) } else { writer.null() }
        writer.key("value")
        if let value = record.value { writer.raw(value) } else { writer.null() }
        writer.endObject()
        let inbox = TopicRecord(key: Array(key.utf8), value: writer.bytes, timestamp: record.timestamp)
        effects.forwarded.append(Forwarded(partition: partition, record: inbox))
    }

    func reroute(_ record: InputRecord, to partition: Int32) {
        let moved = TopicRecord(
            key: record.key.map { Array($0) },
            value: record.value.map { Array($0) },
            timestamp: record.timestamp
        )
        effects.forwarded.append(Forwarded(partition: partition, record: moved))
    }

    func deadLetter(_ record: InputRecord, errorClass: ErrorClass, reason: String) {
        effects.deadLetters.append(
            DeadLetter(key: record.key.map { Array($0) }, value: record.value.map { Array($0) }, reason: reason)
        )
    }

    func count(_ result: RecordResult, mapping: String) { effects.results.append((result, mapping)) }

    func countClockDisagreement() { effects.clockDisagreements += 1 }
}
