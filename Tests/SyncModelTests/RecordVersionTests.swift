// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import Testing

/// Older never overwrites newer (I7).
struct RecordVersionTests {
    private func version(_ sequence: Int64?, _ modifiedAt: String?, _ eventAt: Int64) -> RecordVersion {
        RecordVersion(sequence: sequence, modifiedAt: modifiedAt, eventAt: eventAt)
    }

    @Test func sequenceDecidesWhereBothHaveIt() {
        let seen = version(5, "2026-01-01T00:00:00Z", 100)
        #expect(version(4, "2026-02-01T00:00:00Z", 200).order(against: seen) == .stale)
        #expect(version(5, "2026-02-01T00:00:00Z", 200).order(against: seen) == .same)
        #expect(version(6, "2025-01-01T00:00:00Z", 50).order(against: seen) == .newer)
    }

    @Test func deleteWithTheRowsLastSequenceIsTaken() {
        let seen = version(5, "2026-01-01T00:00:00Z", 100)
        #expect(version(5, nil, 200).order(against: seen, isDelete: true) == .newer)
        #expect(version(5, nil, 200).order(against: seen, isDelete: true, seenWasDelete: true) == .same)
        #expect(version(4, nil, 200).order(against: seen, isDelete: true) == .stale)
    }

    @Test(arguments: [
        ("2026-01-01T00:00:00.34Z", "2026-01-01T00:00:00.340Z"), ("2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z"),
    ])
    func timesCompareByValueAndTheEventsTimeBreaksTies(one: String, other: String) {
        #expect(version(nil, one, 5).order(against: version(nil, other, 6)) == .stale)
        #expect(version(nil, one, 7).order(against: version(nil, other, 6)) == .newer)
    }

    @Test func onlySomethingLaterThanTheDeleteRevives() {
        let deleted = version(nil, "2026-01-01T00:00:00Z", 100)
        #expect(version(nil, "2026-05-01T00:00:00Z", 90).order(against: deleted, seenWasDelete: true) == .stale)
        #expect(version(nil, "2026-01-01T00:00:00Z", 101).order(against: deleted, seenWasDelete: true) == .newer)
    }
}
