// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import JSON

/// Name-based identifiers: the same name always gives the same id, so a repeated create is the same create.
public enum NamedUUID {
    /// The namespace of change ids and of the Dataverse ids that we choose.
    static let namespace: [UInt8] = [
        0x3c, 0x5f, 0x3c, 0x8e, 0x1f, 0x5b, 0x4a, 0x52, 0x9f, 0x0e, 0x5b, 0x1d, 0x6f, 0x0a, 0x7c, 0x11,
    ]

    /// The UUIDv5 of a name in the project's namespace, lower-case with hyphens.
    public static func make(_ name: String) -> String { make([name]) }

    /// The UUIDv5 of the name that the parts make together.
    static func make(_ parts: [String]) -> String {
        let count = parts.reduce(namespace.count) { $0 + $1.utf8.count }
        return withUnsafeTemporaryAllocation(byteCount: count + 20, alignment: 1) { memory in
            memory.copyBytes(from: namespace)
            var end = namespace.count
            for part in parts {
                part.withBytes { UnsafeMutableRawBufferPointer(rebasing: memory[end...]).copyMemory(from: $0) }
                end += part.utf8.count
            }
            let digest = UnsafeMutableRawBufferPointer(rebasing: memory[count...])
            copenssl_sha1(memory.baseAddress, count, digest.baseAddress)
            digest[6] = (digest[6] & 0x0f) | 0x50
            digest[8] = (digest[8] & 0x3f) | 0x80
            return text(UnsafeRawBufferPointer(digest))
        }
    }

    /// Whether the text is a UUID in its usual form, without braces, in any case.
    public static func isUUID(_ text: String) -> Bool {
        text.withBytes { bytes in
            guard bytes.count == 36 else { return false }
            for (position, byte) in bytes.enumerated() {
                let isHyphen = position == 8 || position == 13 || position == 18 || position == 23
                guard isHyphen ? byte == 0x2d : isHexDigit(byte) else { return false }
            }
            return true
        }
    }

    /// The UUID that a text is, in lower case; nil where it is none.
    static func canonical(_ text: String) -> String? {
        guard isUUID(text) else { return nil }
        let isLower = text.withBytes { bytes in
            for byte in bytes where byte >= 0x41 && byte <= 0x46 { return false }
            return true
        }
        return isLower ? text : text.lowercased()
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    buffer[position] = 0x2d
                    position += 1
                }
                buffer[position] = digit(bytes[index] >> 4)
                buffer[position + 1] = digit(bytes[index] & 15)
                position += 2
            }
            return position
        }
    }
}
