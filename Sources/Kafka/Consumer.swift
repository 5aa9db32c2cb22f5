// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

/// A consumer, by group subscription or by manual assignment, used from one thread.
///
/// It commits nothing by itself. Unless the configuration says otherwise it reads `read_committed`, tells the end of a
/// partition, and is assigned by `range`, which gives one member the same partition number of several topics.
public final class Consumer {
    /// What a poll brought.
    public enum Event {
        /// A record.
        case message(Message)
        /// All records up to here were read; `offset` lies behind control records too.
        case partitionEnd(TopicPartition, offset: Int64)
        /// A partition or the client failed.
        case error(KafkaError)
    }

    /// A change of what this member reads.
    public enum Rebalance {
        /// Assigned, and from now on fetched.
        case assigned([TopicPartition])
        /// About to be handed over; what was read may still be committed.
        case revoked([TopicPartition])
        /// Already somebody else's; nothing may be committed.
        case lost([TopicPartition])
    }

    let handle: ClientHandle
    private let isGroupMember: Bool
    /// Version 2.0.2 looks up to a second later when its queue was full; versions that look by themselves need no waker.
    private let fetchWaker: FetchWaker?
    var rebalanceHandler: ((Rebalance) -> Void)?
    var startOffsets: (([TopicPartition]) throws -> [TopicPartition: Int64])?
    /// An assignment was told at least once.
    var hasBeenAssigned = false
    /// What a rebalance inside the last poll could not do; that poll may have had a record to give.
    var rebalanceError: KafkaError?
    /// Names by librdkafka's topic object, so that a record costs no string.
    ///
    /// Emptied when the assignment changes, since an address can then be used again for another topic.
    private var topicNames: [OpaquePointer: String] = [:]

    /// Makes a consumer; nothing is connected to before the first subscription, assignment or query.
    ///
    /// Without a group it is a reader with manual assignment that commits nothing.
    public init(configuration: KafkaConfiguration, group: String?, observer: (any KafkaObserver)?) throws {
        isGroupMember = group != nil
        let context = ClientContext(observer)
        handle = try ClientHandle(
            RD_KAFKA_CONSUMER,
            Self.completed(configuration, group: group),
            context: context
        )
        fetchWaker = KafkaConfiguration.knows(property: "fetch.queue.backoff.ms") ? nil : FetchWaker(handle)
        rd_kafka_poll_set_consumer(try handle.live("poll"))
        context.onRebalance = { [unowned self] client, code, partitions in
            rebalance(client, code, partitions)
        }
    }

    deinit {
        // What is being freed cannot be called back; the context then gives partitions back by itself.
        handle.context.onRebalance = nil
        close()
    }

    /// The configuration with this library's defaults.
    static func completed(_ configuration: KafkaConfiguration, group: String?) -> KafkaConfiguration {
        var defaults = [
            "enable.partition.eof": "true",
            "partition.assignment.strategy": "range",
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "session.timeout.ms": "10000",
            // Bounded by bytes, since one process holds many readers; see `FetchWaker`.
            "queued.max.messages.kbytes": "8192",
            // The end of a partition, and the first records after a seek, wait for the fetch that is under way.
            "fetch.wait.max.ms": "100",
        ]
        if KafkaConfiguration.knows(property: "fetch.queue.backoff.ms") { defaults["fetch.queue.backoff.ms"] = "5" }
        // librdkafka assigns only where there is a group id, also where the group is never joined.
        let group = group ?? configuration.properties["group.id"] ?? "unused"
        return configuration.completed(
            defaults: defaults,
            forced: ["enable.auto.commit": "false", "enable.auto.offset.store": "false", "group.id": group]
        )
    }

    /// Joins the group; both closures run inside `poll` and `close`, on the thread that calls them.
    ///
    /// `startOffsets` chooses where assigned partitions begin, before they are fetched; those it leaves out, and all if
    /// it throws, begin at the group's offsets. (Assigning again inside `onRebalance` is too late: errors of the first
    /// assignment may be on their way.) Then `onRebalance` runs and may `pause` them. Revoked partitions are given back
    /// after it has run, so it may still commit.
    public func subscribe(
        _ topics: [String],
        startOffsets: (([TopicPartition]) throws -> [TopicPartition: Int64])? = nil,
        onRebalance: @escaping (Rebalance) -> Void
    ) throws {
        rebalanceHandler = onRebalance
        self.startOffsets = startOffsets
        let list = PartitionList(topics.map { TopicPartition($0, -1) })
        try KafkaError.check(rd_kafka_subscribe(try handle.live("subscribe"), list.pointer), "subscribe")
    }

    /// Waits for the next event; nil when there was none in that time, and after `close`.
    public func poll(timeoutMs: Int32) -> Event? {
        guard let client = handle.client else { return nil }
        if let error = rebalanceError {
            rebalanceError = nil
            return .error(error)
        }
        guard let polled = rd_kafka_consumer_poll(client.pointer, timeoutMs) else { return nil }
        if polled.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
            fetchWaker?.recordTaken()
            return .message(Message(owning: polled, of: client, topic: topicName(polled.pointee.rkt)))
        }
        defer { rd_kafka_message_destroy(polled) }
        return failure(polled.pointee)
    }

    /// The group's view of this member, for `TransactionalProducer.sendOffsets`.
    public func groupMetadata() throws -> any GroupMetadata {
        guard isGroupMember, let metadata = rd_kafka_consumer_group_metadata(try handle.live("group metadata")) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__UNKNOWN_GROUP, operation: "group metadata")
        }
        return ConsumerGroupMetadata(owning: metadata)
    }

    /// Whether the client is beyond use and has to be made anew.
    public var isFatal: Bool {
        guard let client = handle.pointer else { return true }
        return rd_kafka_fatal_error(client, nil, 0) != RD_KAFKA_RESP_ERR_NO_ERROR
    }

    /// This member's id in its group; nil before it has joined.
    public var memberID: String? {
        guard let client = handle.pointer, let text = rd_kafka_memberid(client) else { return nil }
        defer { rd_kafka_mem_free(client, text) }
        let id = String(cString: text)
        return id.isEmpty ? nil : id
    }

    /// Leaves the group, after the handler has seen the revocation, and frees the client.
    public func close() {
        guard let client = handle.pointer else { return }
        fetchWaker?.stop()
        let mayBeFreed = hasBeenAssigned || !isCooperative(client)
        rd_kafka_consumer_close(client)
        handle.context.onRebalance = nil
        if mayBeFreed { handle.destroy() } else { handle.abandon() }
    }

    /// Forgets what belonged to the last assignment.
    func assignmentChanged() {
        topicNames.removeAll(keepingCapacity: true)
        fetchWaker?.assignmentChanged()
    }

    private func topicName(_ topic: OpaquePointer?) -> String {
        guard let topic else { return "" }
        if let name = topicNames[topic] { return name }
        let name = rd_kafka_topic_name(topic).map { String(cString: $0) } ?? ""
        topicNames[topic] = name
        return name
    }

    private func failure(_ message: rd_kafka_message_t) -> Event? {
        let partition = message.rkt.map { TopicPartition(topicName($0), message.partition) }
        if message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF, let partition {
            return .partitionEnd(partition, offset: message.offset)
        }
        // A reader without a group still looks for its coordinator; that it may not is nobody's concern.
        if !isGroupMember, message.err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED { return nil }
        let text = message.payload.map {
            String(decoding: UnsafeRawBufferPointer(start: $0, count: message.len), as: UTF8.self)
        }
        if message.err == RD_KAFKA_RESP_ERR__FATAL, let client = handle.pointer,
            let fatal = ClientHandle.fatalError(of: client, operation: "poll")
        {
            return .error(fatal)
        }
        return .error(KafkaError(message.err, operation: "poll", message: text, partition: partition))
    }
}
