// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import SyncEngine
import SyncModel
import Telemetry

/// Reads the couplings topics of everything a worker refers to, and `sync.control`, whole and outside any group.
///
/// One read_committed handle with manual assignment; its positions lie in the local state, so they move and fall back
/// with it. The partitions that this worker owns it reads only after an assignment: from then on nobody else writes them.
final class ChangelogTail {
    private let configuration: WorkerConfiguration
    private let consumer: any ConsumerClient
    private let admin: any AdminClient
    private let telemetry: WorkerTelemetry
    private let partitions: [TopicPartition]
    private var next: [TopicPartition: Int64] = [:]
    /// Partitions that are not read, since all that is written to them comes from the local state.
    private var leftOut: Set<TopicPartition> = []
    private let controlPartition: TopicPartition
    private let control: ControlState

    init(
        _ configuration: WorkerConfiguration,
        clients: any KafkaClients,
        admin: any AdminClient,
        telemetry: WorkerTelemetry,
        control: ControlState,
        partitionCounts: [String: Int32]
    ) throws {
        self.configuration = configuration
        self.admin = admin
        self.telemetry = telemetry
        self.control = control
        var properties = configuration.kafka
        properties.properties["isolation.level"] = "read_committed"
        consumer = try clients.makeConsumer(properties, group: nil, observer: telemetry.observer(of: "changelogs"))
        controlPartition = TopicPartition(configuration.controlTopic, 0)
        partitions = configuration.tailTopics.flatMap { topic in
            (0..<(partitionCounts[topic] ?? 0)).map { TopicPartition(topic, $0) }
        }
    }

    /// Begins, or begins again, at the positions that the local state has; control records are read from their beginning.
    func rewind(_ state: LocalState) throws {
        next = [:]
        var offsets: [TopicPartition: Int64] = [:]
        for partition in partitions {
            let stored = try state.position(topic: partition.topic, partition: partition.partition)
            if !leftOut.contains(partition) { offsets[partition] = stored ?? Consumer.beginning }
            next[partition] = stored ?? 0
        }
        offsets[controlPartition] = Consumer.beginning
        next[controlPartition] = 0
        try consumer.assign(offsets)
    }

    /// Reads everything but the worker's own partitions of these numbers from now on; with none, everything.
    func leaveOut(own numbers: Set<Int32>, _ state: LocalState) throws {
        let partitions = Set(numbers.map { TopicPartition(configuration.couplingsTopic, $0) })
        guard partitions != leftOut else { return }
        leftOut = partitions
        try rewind(state)
    }

    /// Where the partitions that are left out end.
    func endsOfLeftOut() throws -> [TopicPartition: Int64] {
        guard !leftOut.isEmpty else { return [:] }
        return try admin.endOffsets(leftOut.sorted(), isolation: .readUncommitted, timeoutMs: 10_000)
    }

    /// Takes what lies before these offsets as read, in partitions that are left out.
    func pass(_ ends: [TopicPartition: Int64], _ state: LocalState) throws {
        for (partition, end) in ends where leftOut.contains(partition) {
            next[partition] = end
            try state.setPosition(topic: partition.topic, partition: partition.partition, end)
        }
    }

    /// The positions that must be passed to know everything that was written before now.
    ///
    /// Asked as read_uncommitted: a read_committed end is the last stable offset, which hides what is pending.
    func ends() throws -> [TopicPartition: Int64] {
        try admin.endOffsets(partitions + [controlPartition], isolation: .readUncommitted, timeoutMs: 10_000)
    }

    /// Whether everything up to these positions was read.
    func hasPassed(_ ends: [TopicPartition: Int64]) -> Bool {
        ends.allSatisfy { (next[$0.key] ?? 0) >= $0.value }
    }

    /// The partitions whose stored position lies behind the end of the topic: it was made anew, and the state is another's.
    func partitionsAhead(of ends: [TopicPartition: Int64]) -> [TopicPartition] {
        ends.filter { $0.key != controlPartition && (next[$0.key] ?? 0) > $0.value }.map(\.key)
    }

    /// What is read now, and from where on.
    var positions: [TopicPartition: Int64] { next.filter { !leftOut.contains($0.key) } }

    /// Goes on where it is, with another assignment.
    func readAnew() throws {
        try consumer.assign(positions)
    }

    /// Takes up to `limit` records that have arrived.
    ///
    /// - Returns: how many were taken; 0 when nothing arrived within the time.
    func take(limit: Int, timeoutMs: Int32, engine: SyncEngine<LocalState>, state: LocalState) throws -> Int {
        var moved: [TopicPartition: Int64] = [:]
        let taken = try take(limit: limit, timeoutMs: timeoutMs, engine, moving: &moved)
        // Once for each partition and not for each record; where the records failed, the state falls back as a whole.
        for (partition, offset) in moved {
            try state.setPosition(topic: partition.topic, partition: partition.partition, offset)
        }
        return taken
    }

    private func take(
        limit: Int,
        timeoutMs: Int32,
        _ engine: SyncEngine<LocalState>,
        moving moved: inout [TopicPartition: Int64]
    ) throws -> Int {
        var taken = 0
        var bytes = 0
        while taken < limit, bytes < Worker.batchBytes {
            switch consumer.poll(timeoutMs: taken == 0 ? timeoutMs : 0) {
            case .message(let message):
                try take(message, engine)
                taken += 1
                bytes += message.value?.count ?? 0
                let partition = message.topicPartition
                next[partition] = message.offset + 1
                if partition != controlPartition { moved[partition] = message.offset + 1 }
            case .partitionEnd(let partition, let offset):
                next[partition] = max(next[partition] ?? 0, offset)
            case .error(let error):
                telemetry.log.warning("reading the changelogs", [("error", .string(error.description))])
                return taken
            case nil:
                return taken
            }
        }
        return taken
    }

    private func take(_ message: Message, _ engine: SyncEngine<LocalState>) throws {
        if message.topicPartition == controlPartition {
            return control.take(key: message.key, value: message.value)
        }
        guard let key = message.key else { return }
        try apply(message, pairKey: String(decoding: key, as: UTF8.self), engine)
    }

    private func apply(_ message: Message, pairKey: String, _ engine: SyncEngine<LocalState>) throws {
        do {
            try engine.applyRemote(pairKey: pairKey, value: message.value, partition: message.partition)
        } catch let error as JSONError {
            report(message, error.description)
        } catch let error as Coupling.Unreadable {
            report(message, "member \(error.member) is missing or wrong")
        }
    }

    /// A record that nobody of this project wrote: reported and passed over, as it can hold nothing that we know.
    private func report(_ message: Message, _ reason: String) {
        telemetry.log.error(
            "coupling record cannot be read",
            [
                ("kafka.topic", .string(message.topic)), ("kafka.partition", .integer(Int64(message.partition))),
                ("kafka.offset", .integer(message.offset)), ("error", .string(reason)),
            ]
        )
    }

    func close() {
        consumer.close()
    }
}
