// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import Testing

struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_767_225_600_123, "2026-01-01T00:00:00.123Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)]
    )
    func writesAndReadsTimes(milliseconds: Int64, text: String) {
        #expect(Timestamp.text(milliseconds: milliseconds) == text)
        #expect(Timestamp.date(milliseconds: milliseconds) == String(text.prefix(10)))
        #expect(Timestamp.microseconds(text) == milliseconds * 1_000)
    }

    @Test(arguments: [
        ("2026-02-28", true), ("2026-02-29", false), ("2026-02-31", false), ("2024-02-29", true), ("2024-02-30", false),
        ("2000-02-29", true), ("1900-02-29", false), ("2026-04-31", false), ("2026-12-31", true), ("2026-01-00", false),
    ])
    func aDayExistsOrIsNoTime(day: String, exists: Bool) {
        #expect((Timestamp.microseconds("\(day)T12:00:00Z") != nil) == exists)
    }

    /// An event may claim any time; it must not end the process.
    @Test func aTimeThatCannotBeSaidIsTheNearestThatCan() {
        #expect(Timestamp.text(milliseconds: .min) == "0001-01-01T00:00:00.000Z")
        #expect(Timestamp.text(milliseconds: .max) == "9999-12-31T23:59:59.999Z")
    }
}
