// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// Times, ids and bytes as text: what is read is written as it was, or in its one canonical form.
final class ValueTarget: FuzzTarget {
    init() {}

    func take(_ input: UnsafeRawBufferPointer) {
        let text = String(decoding: input, as: UTF8.self)
        lookAtTime(text)
        lookAtID(text)
        if let bytes = Hexadecimal.bytes(text) {
            expect(bytes.withUnsafeBytes { Hexadecimal.text($0) } == text.lowercased(), "hexadecimal digits change")
        }
        expect(Hexadecimal.bytes(Hexadecimal.text(input)) == Array(input), "bytes change as hexadecimal digits")
        if input.count >= 8 {
            let time = input.loadUnaligned(as: Int64.self)
            let text = Timestamp.text(milliseconds: time)
            expect(
                text.utf8.count == 24 && text.hasPrefix(Timestamp.date(milliseconds: time)),
                "a time has no 24 characters"
            )
            expect(Timestamp.microseconds(text) != nil, "a time that was written is not read")
        }
    }

    private func lookAtTime(_ text: String) {
        guard let microseconds = Timestamp.microseconds(text) else { return }
        expect((20...64).contains(text.utf8.count) || text.utf8.contains(UInt8(ascii: ".")), "too short for a time")
        // Rounded down, also before 1970.
        let milliseconds = microseconds / 1_000 - (microseconds % 1_000 < 0 ? 1 : 0)
        let written = Timestamp.text(milliseconds: milliseconds)
        guard let again = Timestamp.microseconds(written) else { fatalError("a time that was written is not read") }
        // What the four digits of a year cannot say is the nearest that they can.
        let sayable: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999
        let wanted = min(max(milliseconds, sayable.lowerBound), sayable.upperBound)
        expect(again == wanted * 1_000, "a time changes: \(microseconds) to \(again)")
        expect(Timestamp.text(milliseconds: again / 1_000) == written, "a time is written in two ways")
    }

    private func lookAtID(_ text: String) {
        let id = NamedUUID.make(text)
        expect(NamedUUID.isUUID(id) && id == id.lowercased(), "the id of a name is no UUID")
        expect(NamedUUID.make(text) == id, "a name has two ids")
        guard NamedUUID.isUUID(text) else { return }
        expect(text.utf8.count == 36 && text.utf8.allSatisfy { $0 < 0x80 }, "what is no UUID is taken for one")
        expect(NamedUUID.isUUID(text.uppercased()) && NamedUUID.isUUID(text.lowercased()), "the case of an id matters")
    }
}
