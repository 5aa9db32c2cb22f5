// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON

extension String {
    /// A text of so many bytes, put together in its own memory: appending to a text looks at it anew each time.
    init(utf8Count: Int, _ write: (inout TextParts) -> Void) {
        self.init(unsafeUninitializedCapacity: utf8Count) { buffer in
            var parts = TextParts(buffer: buffer)
            write(&parts)
            return parts.count
        }
    }
}

/// The parts of a text, one behind the other.
struct TextParts {
    fileprivate let buffer: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    fileprivate init(buffer: UnsafeMutableBufferPointer<UInt8>) {
        self.buffer = buffer
    }

    mutating func append(_ text: String) {
        text.withBytes { bytes in
            UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                .copyMemory(from: bytes)
        }
        count += text.utf8.count
    }

    mutating func append(character: Unicode.Scalar) {
        buffer[count] = UInt8(ascii: character)
        count += 1
    }
}
