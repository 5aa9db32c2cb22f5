// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Makes the bytes of log lines: logfmt or JSON.
struct LineEncoder: Sendable {
    /// Longer values are cut, so that no line grows without bound.
    static let valueLimit = 4_096
    /// The names every line has; a field of such a name gets a prefix.
    private static let reserved: Set<String> = ["time", "level", "message"]

    let isJSON: Bool
    /// The fields of every line, encoded once.
    private var fields: [(key: String, encoded: [UInt8])]

    init(isJSON: Bool, fields: [(key: String, encoded: [UInt8])]) {
        self.isJSON = isJSON
        self.fields = fields
    }

    /// The same with more fields on every line, sorted by name since a dictionary has no order.
    func with(_ added: [String: String]) -> LineEncoder {
        var copy = self
        copy.fields.removeAll { added[$0.key] != nil }
        for (key, value) in added.sorted(by: { $0.key < $1.key }) {
            var bytes: [UInt8] = []
            append(key, .string(value), to: &bytes)
            copy.fields.append((key, bytes))
        }
        return copy
    }

    func line(
        _ level: Log.Level,
        _ message: StaticString,
        _ data: [(String, LogValue)],
        milliseconds: Int64
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        bytes.append(contentsOf: isJSON ? "{\"time\":\"".utf8 : "time=".utf8)
        Timestamp.append(milliseconds, to: &bytes)
        bytes.append(contentsOf: isJSON ? "\",\"level\":\"".utf8 : " level=".utf8)
        bytes.append(contentsOf: level.rawValue.utf8)
        bytes.append(contentsOf: isJSON ? "\",\"message\":".utf8 : " message=".utf8)
        append(.string("\(message)"), to: &bytes)
        for (key, encoded) in fields where !data.contains(where: { $0.0 == key }) {
            bytes.append(contentsOf: encoded)
        }
        for (index, (key, value)) in data.enumerated()
        where !data[(index + 1)...].contains(where: { $0.0 == key }) {
            append(key, value, to: &bytes)
        }
        if isJSON { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private func append(_ key: String, _ value: LogValue, to bytes: inout [UInt8]) {
        let name = Self.reserved.contains(key) ? "field.\(key)" : key
        if isJSON {
            bytes.append(UInt8(ascii: ","))
            JSONText.append(name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
        } else {
            bytes.append(UInt8(ascii: " "))
            for scalar in name.unicodeScalars {
                bytes.append(contentsOf: Self.isBare(scalar) ? String(scalar).utf8 : "_".utf8)
            }
            bytes.append(UInt8(ascii: "="))
        }
        append(value, to: &bytes)
    }

    private func append(_ value: LogValue, to bytes: inout [UInt8]) {
        switch value {
        case .integer(let number): bytes.append(contentsOf: "\(number)".utf8)
        case .bool(let truth): bytes.append(contentsOf: "\(truth)".utf8)
        case .double(let number) where number.isFinite: bytes.append(contentsOf: "\(number)".utf8)
        case .double(let number): append(text: "\(number)", to: &bytes)
        case .string(let text): append(text: text, to: &bytes)
        }
    }

    private func append(text: String, to bytes: inout [UInt8]) {
        var text = text
        if text.utf8.count > Self.valueLimit {
            var cut = text.utf8.index(text.startIndex, offsetBy: Self.valueLimit)
            while String.Index(cut, within: text.unicodeScalars) == nil { cut = text.utf8.index(before: cut) }
            text = text[..<cut] + "…"
        }
        if !isJSON, !text.isEmpty, text.unicodeScalars.allSatisfy(Self.isBare) {
            bytes.append(contentsOf: text.utf8)
        } else {
            // A quoted logfmt value has the escapes of a JSON string: readers of logfmt take both.
            JSONText.append(text, to: &bytes)
        }
    }

    /// True for what needs no quotes in logfmt.
    private static func isBare(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\"", "=", "\\": false
        default: scalar.value > 0x20 && !scalar.properties.isWhitespace && !JSONText.needsEscape(scalar)
        }
    }
}
