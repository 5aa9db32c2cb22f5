// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Kafka

struct PlacedRecordsTests {
    private let first = TopicPartition("changes", 0)
    private let second = TopicPartition("changes", 1)

    /// Whether each of these places is a record's own.
    private func judge(_ places: [(TopicPartition, Int64)]) -> [Bool] {
        var placed = PlacedRecords()
        return places.map { placed.take($0, offset: $1) }
    }

    @Test func aPlaceOfItsOwnIsBehindAllEarlierOnes() {
        #expect(judge([(first, 0), (second, 0), (first, 1), (first, 7)]) == [true, true, true, true])
    }

    /// The count of a producer began anew: the broker acknowledges what it has already.
    @Test func aPlaceThatAnEarlierRecordHasIsNotItsOwn() {
        #expect(judge([(first, 4), (first, 4), (first, 5)]) == [true, false, true])
    }

    /// librdkafka tells no place where the broker has forgotten which record it took it for.
    @Test func noPlaceIsNotItsOwn() {
        #expect(judge([(first, -1_001), (first, 0), (first, -1_001)]) == [false, true, false])
    }
}
