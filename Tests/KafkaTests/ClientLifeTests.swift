// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import KafkaTestSupport
import Synchronization
import Testing

/// Clients that are closed, dropped or without a broker.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ClientLifeTests {
    private final class Recorder: KafkaObserver {
        let facilities = Mutex<Set<String>>([])
        let errors = Mutex<[KafkaError]>([])
        let documents = Mutex<[String]>([])

        func log(level: Int, facility: String, message: String) {
            facilities.withLock { _ = $0.insert(facility) }
        }
        func statistics(_ json: String) { documents.withLock { $0.append(json) } }
        func error(_ error: KafkaError) { errors.withLock { $0.append(error) } }
    }

    @Test func callsAfterCloseFailAndDoNotCrash() throws {
        let broker = try EmbeddedBroker()
        defer { broker.close() }
        try broker.createTopic("t", partitions: 1)
        let partition = TopicPartition("t", 0)

        let consumer = try Consumer(configuration: broker.configuration(), group: "g", observer: nil)
        consumer.close()
        consumer.close()
        #expect({ if case nil = consumer.poll(timeoutMs: 0) { true } else { false } }())
        #expect(consumer.assignment.isEmpty)
        #expect(throws: KafkaError.self) { try consumer.commit([partition: 1]) }

        let producer = try Producer(configuration: broker.configuration(), observer: nil)
        producer.close()
        producer.close()
        #expect(producer.outstanding == 0)
        #expect(throws: KafkaError.self) { try producer.produce(topic: "t", partition: 0, key: nil, value: nil) }

        let transactional = try TransactionalProducer(
            configuration: broker.configuration(),
            transactionalID: "x",
            observer: nil
        )
        transactional.close()
        #expect(transactional.isFatal)
        #expect(throws: KafkaError.self) { try transactional.begin() }

        let admin = try Admin(configuration: broker.configuration(), observer: nil)
        admin.close()
        #expect(!admin.isReachable(timeoutMs: 10))
        #expect(throws: KafkaError.self) { try admin.endOffsets([partition], isolation: .readCommitted) }

        broker.close()
        #expect(throws: KafkaError.self) { try broker.createTopic("u", partitions: 1) }
    }

    @Test func aDroppedMemberFreesItselfWithoutCallingBack() throws {
        let broker = try EmbeddedBroker()
        defer { broker.close() }
        try broker.createTopic("t", partitions: 1)
        let calls = Mutex(0)
        do {
            let consumer = try Consumer(configuration: broker.configuration(), group: "g", observer: nil)
            try consumer.subscribe(["t"]) { _ in calls.withLock { $0 += 1 } }
            try waitUntil(within: .seconds(30), "an assignment") {
                _ = consumer.poll(timeoutMs: 50)
                return consumer.assignment.isEmpty ? nil : ()
            }
        }
        #expect(calls.withLock { $0 } == 1)
    }

    @Test func aMessageOutlivesTheNextPolls() throws {
        let broker = try EmbeddedBroker()
        defer { broker.close() }
        try broker.createTopic("t", partitions: 1)
        let producer = try Producer(configuration: broker.configuration(), observer: nil)
        for byte: UInt8 in 0..<100 {
            try [byte].withUnsafeBytes { try producer.produce(topic: "t", partition: 0, key: $0, value: $0) }
        }
        try producer.flush(timeoutMs: 10_000)
        producer.close()
        let consumer = try Consumer(configuration: broker.configuration(), group: nil, observer: nil)
        try consumer.assign([TopicPartition("t", 0): Consumer.beginning])
        var messages: [Message] = []
        try waitUntil(within: .seconds(30), "100 records") {
            if case .message(let message) = consumer.poll(timeoutMs: 100) { messages.append(message) }
            return messages.count == 100 ? () : nil
        }
        #expect(messages.map { $0.value.map { Array($0) } } == (0..<100).map { [UInt8($0)] })
        messages = []
        consumer.close()
    }

    @Test func tellsTheObserverWhatHappens() throws {
        let recorder = Recorder()
        // A port that was free a moment ago: the connection is refused.
        let broker = try EmbeddedBroker()
        let configuration = broker.configuration(["statistics.interval.ms": "50"])
        broker.close()
        let producer = try Producer(configuration: configuration, observer: recorder)
        defer { producer.close() }
        try waitUntil(within: .seconds(30), "an error, a log line and statistics") {
            producer.poll(timeoutMs: 50)
            let isComplete =
                recorder.errors.withLock { $0.contains { $0.name == "_TRANSPORT" } }
                && recorder.facilities.withLock { !$0.isEmpty }
                && recorder.documents.withLock { $0.contains { $0.hasPrefix("{") && $0.hasSuffix("}") } }
            return isComplete ? () : nil
        }
        #expect(recorder.errors.withLock { $0.allSatisfy { $0.disposition == .retriable } })
    }

    @Test func eachProducerOfAPairHasItsObserver() throws {
        let broker = try EmbeddedBroker()
        defer { broker.close() }
        let recorders = [Recorder(), Recorder()]
        let pair = try ProducerPair(
            configuration: broker.configuration(["statistics.interval.ms": "50"]),
            transactionalIDPrefix: "p",
            observer: { recorders[$0] }
        )
        defer { pair.close() }
        try waitUntil(within: .seconds(30), "statistics of both") {
            pair.poll()
            return recorders.allSatisfy { $0.documents.withLock { !$0.isEmpty } } ? () : nil
        }
        let names = recorders.map { $0.documents.withLock { Set($0.map { $0.prefix(40) }) } }
        #expect(names[0].count == 1 && names[1].count == 1 && names[0] != names[1], "\(names)")
    }

    @Test func oneConfigurationServesBothClientsWithoutWarnings() throws {
        let broker = try EmbeddedBroker()
        defer { broker.close() }
        let recorder = Recorder()
        let configuration = broker.configuration([
            "linger.ms": "1", "max.poll.interval.ms": "60000", "auto.offset.reset": "latest", "acks": "all",
        ])
        let producer = try Producer(configuration: configuration, observer: recorder)
        let consumer = try Consumer(configuration: configuration, group: "g", observer: recorder)
        producer.close()
        consumer.close()
        #expect(!recorder.facilities.withLock { $0.contains("CONFWARN") })
    }
}
