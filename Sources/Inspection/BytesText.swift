// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Bytes from anywhere for readers: text where they are text, else numbers.
package enum BytesText {
    /// How many bytes are shown.
    private static let limit = 4_096

    /// `null` for null; the text, control characters shown; or the bytes in hexadecimal.
    package static func of(_ bytes: [UInt8]?) -> String {
        guard let bytes else { return "null" }
        return bytes.withUnsafeBytes(of)
    }

    /// The same of bytes that lie elsewhere.
    static func of(_ bytes: UnsafeRawBufferPointer) -> String {
        let shown = bytes.prefix(limit)
        let rest = bytes.count > limit ? " … (\(bytes.count) bytes)" : ""
        // A text that is cut inside a character is still one.
        let text = (0...3).lazy.compactMap { cut in
            bytes.count <= limit && cut > 0 ? nil : String(validating: shown.dropLast(cut), as: UTF8.self)
        }.first
        guard let text else { return "0x" + shown.map(hexadecimal).joined() + rest }
        let isClean = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
        return (isClean ? text : text.unicodeScalars.map(escaped).joined()) + rest
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0\(digits)" : digits
    }

    /// Text from records must not command the terminal.
    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        let isHarmful = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
        return isHarmful ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }
}
