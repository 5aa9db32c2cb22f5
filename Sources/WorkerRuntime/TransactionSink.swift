// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Kafka
import SyncEngine
import SyncModel
import Telemetry

/// Turns the engine's effects into records of the open Kafka transaction.
final class TransactionSink: EffectSink {
    /// The producer of the open transaction; the owner begins one before the engine is called.
    var producer: (any TransactionalClient)?
    private let configuration: WorkerConfiguration
    let telemetry: WorkerTelemetry
    private var writer = JSONWriter(reserving: 4_096)
    private var routes: [String: [Route]] = [:]
    private var counters: RecordCounters

    init(_ configuration: WorkerConfiguration, telemetry: WorkerTelemetry) {
        self.configuration = configuration
        self.telemetry = telemetry
        counters = RecordCounters(telemetry.records, mappings: configuration.mappings.map(\.mapping.name))
    }

    private func produce(
        _ topic: String,
        partition: Int32?,
        key: String,
        value: UnsafeRawBufferPointer?,
        headers: [Header] = []
    ) throws {
        guard let producer else { throw WorkerError.noTransaction }
        try key.withBytes { key in
            try producer.produce(
                topic: topic,
                partition: partition,
                key: key,
                value: value,
                headers: headers,
                timestampMs: nil
            )
        }
    }

    func publish(_ change: OutboundChange) throws {
        writer.removeAll()
        change.write(to: &writer)
        let route = self.route(of: change)
        var headers = route.headers
        headers[Route.idIndex].value = Array(change.changeID.utf8)
        headers[Route.timeIndex].value = Array(SyncModel.Timestamp.text(milliseconds: change.causation.eventAt).utf8)
        if let traceparent = change.causation.traceparent { headers.append(Header("traceparent", traceparent)) }
        try writer.withBytes {
            try produce(route.topic, partition: nil, key: change.pairKey.description, value: $0, headers: headers)
        }
    }

    /// Where changes of a kind go, and the headers that all of them have.
    private struct Route {
        static let idIndex = 0
        static let timeIndex = 1
        /// What the change has to be like, besides its mapping.
        let operation: SyncModel.Operation
        let company: String
        let entity: String
        let topic: String
        /// Complete but for the values of the first two.
        let headers: [Header]
    }

    private func route(of change: OutboundChange) -> Route {
        let known = routes[change.mapping]?.first {
            $0.operation == change.operation && $0.company == change.pairKey.company
                && $0.entity == change.source.entity
        }
        if let known { return known }
        let company = percentEncoded(change.pairKey.company)
        let made = Route(
            operation: change.operation,
            company: change.pairKey.company,
            entity: change.source.entity,
            topic: configuration.syncTopics.outbound(of: change.entitySet),
            headers: [
                Header("ce_id", nil as [UInt8]?),
                Header("ce_time", nil as [UInt8]?),
                Header("ce_specversion", "1.0"),
                Header("ce_source", "/business-central/\(company)/\(change.source.entity)"),
                Header("ce_type", "sync.\(change.operation.rawValue)"),
                Header("sync-mapping", change.mapping),
                Header("sync-operation", change.operation.rawValue),
            ]
        )
        // Companies come from events, so there may be any number of them.
        if routes[change.mapping, default: []].count >= 64 { routes[change.mapping] = [] }
        routes[change.mapping, default: []].append(made)
        return made
    }

    /// A text as a segment of a URI reference, which `ce_source` is.
    private func percentEncoded(_ text: String) -> String {
        text.addingPercentEncoding(
            withAllowedCharacters: .urlPathAllowed.subtracting(CharacterSet(charactersIn: "/"))
        ) ?? ""
    }

    func record(coupling: UnsafeRawBufferPointer?, pairKey: String, partition: Int32) throws {
        try produce(configuration.couplingsTopic, partition: partition, key: pairKey, value: coupling)
    }

    func forward(_ record: InputRecord, to partition: Int32, key: String) throws {
        writer.removeAll()
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
        let text = record.key.flatMap { String(validating: $0, as: UTF8.self) }
        writer.key("key")
        if let text { writer.string(text) } else { writer.null() }
        if let key = record.key, text == nil {
            // Byte for byte, should it become a dead letter at home.
            writer.key("keyHex")
            writer.string(Hexadecimal.text(key))
        }
        writer.key("value")
        if let value = record.value { writer.raw(value) } else { writer.null() }
        writer.endObject()
        // All headers go along: should it become a dead letter at home, it keeps them.
        let headers = telemetry.currentHeaders?() ?? []
        try writer.withBytes {
            try produce(configuration.inboxTopic, partition: partition, key: key, value: $0, headers: headers)
        }
        if isTracing { traceForwarded(record, to: partition, id: key) }
        telemetry.forwarded.add()
    }

    func reroute(_ record: InputRecord, to partition: Int32) throws {
        guard let producer else { throw WorkerError.noTransaction }
        try producer.produce(
            topic: configuration.inboxTopic,
            partition: partition,
            key: record.key,
            value: record.value,
            headers: telemetry.currentHeaders?() ?? [],
            timestampMs: nil
        )
        telemetry.forwarded.add()
    }

    func deadLetter(_ record: InputRecord, errorClass: ErrorClass, reason: String) throws {
        let letter = DeadLetter(
            worker: configuration.worker,
            topic: record.topic,
            partition: record.partition,
            offset: record.offset,
            errorClass: errorClass,
            reason: reason,
            time: telemetry.now()
        )
        var value = record.value
        var headers = (telemetry.currentHeaders?() ?? []) + letter.headers
        let others = headers.reduce(record.key?.count ?? 0) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) }
        if let size = value?.count, size > DeadLetter.largestValue || size + others > DeadLetter.largestRecord {
            value = nil
            headers.append(
                Header(
                    "sync-value-omitted",
                    "\(size) bytes; the original lies at sync-topic, sync-partition, sync-offset"
                )
            )
        }
        guard let producer else { throw WorkerError.noTransaction }
        try producer.produce(
            topic: configuration.syncTopics.deadLetters,
            partition: nil,
            key: record.key,
            value: value,
            headers: headers,
            timestampMs: nil
        )
        telemetry.deadLetters.with(errorClass.rawValue).add()
        telemetry.log.warning(
            "event is a dead letter",
            place(record.topic, record.partition, record.offset, record.traceparent) + [("error", .string(reason))]
        )
    }

    func count(_ result: RecordResult, mapping: String) {
        counters.count(result, mapping: mapping)
    }

    func leftAside(rowOf pair: PairKey, changeID: String) {
        telemetry.log.warning(
            "delivery result names a row that cannot be the record's; its id is left aside",
            [("pair", .string(pair.description)), ("change.id", .string(changeID))]
        )
    }

    func countClockDisagreement() {
        telemetry.clockDisagreements.add()
    }
}
