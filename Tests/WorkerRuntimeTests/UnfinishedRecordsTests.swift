// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import Testing

@testable import WorkerRuntime

/// What is not finished, and how old it is.
struct UnfinishedRecordsTests {
    private let first = TopicPartition("bc.changes.items", 0)
    private let second = TopicPartition("bc.changes.items", 1)

    @Test func nothingIsLeftToDoAtTheStartAndWhenAllIsCommittedAndRead() {
        var records = UnfinishedRecords()
        #expect(records.oldest(unread: [:]) == nil)
        records.took(100, of: first)
        records.took(90, of: second)
        #expect(records.oldest(unread: [:]) == 90)
        records.reachedEnd(of: first)
        records.reachedEnd(of: second)
        // Read is not finished: the batch is open.
        #expect(records.oldest(unread: [:]) == 90)
        #expect(records.committed() == [100, 90])
        #expect(records.oldest(unread: [:]) == nil)
        #expect(records.committed() == [])
    }

    @Test func aPartitionThatIsNotReadToItsEndIsAsFarBehindAsItsLastRecord() {
        var records = UnfinishedRecords()
        records.took(100, of: first)
        records.took(110, of: first)
        records.took(50, of: second)
        records.took(120, of: first)
        _ = records.committed()
        #expect(records.oldest(unread: [:]) == 50)
        records.reachedEnd(of: second)
        #expect(records.oldest(unread: [:]) == 120)
        records.reachedEnd(of: first)
        #expect(records.oldest(unread: [:]) == nil)
    }

    @Test func anAbortedBatchIsStillToBeDone() {
        var records = UnfinishedRecords()
        records.took(100, of: first)
        records.reachedEnd(of: first)
        records.aborted()
        #expect(records.oldest(unread: [:]) == 100)
        records.took(100, of: first)
        records.reachedEnd(of: first)
        #expect(records.committed() == [100])
        #expect(records.oldest(unread: [:]) == nil)
    }

    @Test func whatWaitsAndWhatIsNotReadCount() {
        var records = UnfinishedRecords()
        records.oldestWaiting = 70
        #expect(records.oldest(unread: [first: 80]) == 70)
        #expect(records.oldest(unread: [first: 60]) == 60)
        records.oldestWaiting = nil
        // The record that is next there is known, so the last one taken does not stand for it.
        records.took(10, of: first)
        _ = records.committed()
        #expect(records.oldest(unread: [first: 80]) == 80)
        records.removeAll()
        #expect(records.oldest(unread: [:]) == nil)
    }

    @Test func secondsGrowWithTheTimeAndAreNeverNegative() {
        let lag = SecondsOfLag()
        #expect(lag.value(at: 5_000) == 0)
        lag.set(oldest: 3_500)
        #expect(lag.value(at: 5_000) == 1.5)
        #expect(lag.value(at: 6_000) == 2.5)
        #expect(lag.value(at: 3_000) == 0)
        lag.set(oldest: nil)
        #expect(lag.value(at: 6_000) == 0)
    }
}
