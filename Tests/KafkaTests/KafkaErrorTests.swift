// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import Testing

struct KafkaErrorTests {
    @Test(
        arguments: [
            (-195, "_TRANSPORT"), (-187, "_ALL_BROKERS_DOWN"), (-185, "_TIMED_OUT"), (-184, "_QUEUE_FULL"),
            (-180, "_WAIT_COORD"), (3, "UNKNOWN_TOPIC_OR_PART"), (6, "NOT_LEADER_FOR_PARTITION"),
            (14, "COORDINATOR_LOAD_IN_PROGRESS"), (16, "NOT_COORDINATOR"), (51, "CONCURRENT_TRANSACTIONS"),
            (88, "UNSTABLE_OFFSET_COMMIT"),
        ] as [(Int32, String)]
    )
    func retriesWhatPasses(code: Int32, name: String) {
        expect(code, name, .retriable)
    }

    @Test(
        arguments: [
            (22, "ILLEGAL_GENERATION"), (25, "UNKNOWN_MEMBER_ID"), (27, "REBALANCE_IN_PROGRESS"),
            (-142, "_ASSIGNMENT_LOST"), (-147, "_MAX_POLL_EXCEEDED"), (-192, "_MSG_TIMED_OUT"),
        ] as [(Int32, String)]
    )
    func abortsWhatIsNoLongerOursOrIncomplete(code: Int32, name: String) {
        expect(code, name, .abortable)
    }

    @Test(
        arguments: [
            (-144, "_FENCED"), (90, "PRODUCER_FENCED"), (82, "FENCED_INSTANCE_ID"), (47, "INVALID_PRODUCER_EPOCH"),
        ] as [(Int32, String)]
    )
    func yieldsToANewerInstance(code: Int32, name: String) {
        expect(code, name, .fenced)
        // librdkafka calls them fatal, which does not make a successor less of one.
        #expect(KafkaError.disposition(ofCode: code, isFatal: true) == .fenced)
    }

    @Test(
        arguments: [
            (-150, "_FATAL"), (-197, "_DESTROY"), (45, "OUT_OF_ORDER_SEQUENCE_NUMBER"),
        ] as [(Int32, String)]
    )
    func rebuildsWhatIsBroken(code: Int32, name: String) {
        expect(code, name, .fatal)
    }

    @Test(
        arguments: [
            (10, "MSG_SIZE_TOO_LARGE"), (29, "TOPIC_AUTHORIZATION_FAILED"), (-140, "_AUTO_OFFSET_RESET"),
            (-186, "_INVALID_ARG"), (-169, "_AUTHENTICATION"), (40, "INVALID_CONFIG"), (-1, "UNKNOWN"),
        ] as [(Int32, String)]
    )
    func doesNotRetryWhatFailsAgain(code: Int32, name: String) {
        expect(code, name, .permanent)
    }

    @Test func believesWhatLibrdkafkaSaysOfAnOccurrence() {
        let timedOut: Int32 = -185
        #expect(KafkaError.disposition(ofCode: timedOut, isFatal: true) == .fatal)
        #expect(KafkaError.disposition(ofCode: timedOut, requiresAbort: true, isRetriable: true) == .abortable)
        #expect(KafkaError.disposition(ofCode: -1, isRetriable: true) == .retriable)
        // The coordinator timed our own transaction out: after the abort the same producer goes on.
        #expect(KafkaError.disposition(ofCode: 47, requiresAbort: true) == .abortable)
    }

    @Test func saysWhatFailedAndWhere() {
        let error = KafkaError(code: 22, operation: "send offsets", partition: TopicPartition("t", 3))
        #expect(
            error.description
                == "send offsets t[3]: Broker: Specified group generation id is not valid (ILLEGAL_GENERATION)"
        )
    }

    private func expect(_ code: Int32, _ name: String, _ disposition: KafkaError.Disposition) {
        let error = KafkaError(code: code, operation: "test")
        #expect(error.name == name)
        #expect(error.disposition == disposition)
    }
}
