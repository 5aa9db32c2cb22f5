// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

extension Setting {
    /// What a setting may be.
    public enum Kind: Sendable, Hashable {
        /// Any text.
        case text
        /// Letters, digits, `.`, `_` and `-`: what Kafka takes in names.
        case token(maximumLength: Int)
        /// `on` or `off`.
        case `switch`
        /// One of these words.
        case choice([String])
        /// A whole number in a range.
        case integer(ClosedRange<Int>)
        /// A number with a unit, in a range.
        case duration(ClosedRange<Duration>)
        /// A file or directory.
        case path
        /// An address of the web.
        case url
        /// An address to listen at, `host:port`.
        case address
        /// `host:port`, several with commas between them.
        case servers
        /// A UUID; braces and capitals are taken away.
        case uuid

        /// What is allowed, in words.
        public var allowed: String {
            switch self {
            case .text: "any text"
            case .token(let length): "letters, digits, '.', '_' and '-', at most \(length)"
            case .switch: "on or off"
            case .choice(let words): words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
            case .integer(let range) where range.upperBound == Int.max: "a whole number from \(range.lowerBound)"
            case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
            case .duration(let range):
                "a duration from \(DurationText.format(range.lowerBound)) to "
                    + "\(DurationText.format(range.upperBound)), such as 500ms, 90s, 15min, 2h, 7d"
            case .path: "a path"
            case .url: "a URL with http or https"
            case .address: "host:port, port 0 for a free one"
            case .servers: "host:port, several with commas between them"
            case .uuid: "a UUID"
            }
        }

        /// The value in the form to be used; nil when it is not allowed.
        func normalized(_ value: String) -> String? {
            switch self {
            case .text, .path:
                return value.utf8.contains(0) ? nil : value
            case .token(let length):
                return value.utf8.count <= length && value.utf8.allSatisfy(Self.isTokenByte) ? value : nil
            case .switch:
                return ["on", "off"].contains(value) ? value : nil
            case .choice(let words):
                return words.contains(value) ? value : nil
            case .integer(let range):
                return Int(value).flatMap { range.contains($0) ? String($0) : nil }
            case .duration(let range):
                return DurationText.parse(value).flatMap { range.contains($0) ? value : nil }
            case .url:
                return Self.isURL(value) ? value : nil
            case .address:
                return Self.isHostAndPort(value, allowsFreePort: true) ? value : nil
            case .servers:
                let servers = value.split(separator: ",", omittingEmptySubsequences: false).map {
                    $0.drop { $0 == " " }.prefix { $0 != " " }
                }
                let areValid = servers.allSatisfy {
                    Self.isHostAndPort(Self.withoutProtocol($0), allowsFreePort: false)
                }
                return areValid ? servers.joined(separator: ",") : nil
            case .uuid:
                return Self.uuid(value)
            }
        }

        private static func isTokenByte(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }

        private static func isURL(_ value: String) -> Bool {
            guard let scheme = ["https://", "http://"].first(where: value.hasPrefix) else { return false }
            let host = value.dropFirst(scheme.count).prefix { $0 != "/" }
            return !host.isEmpty && value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
        }

        /// Kafka's lists of servers may name the protocol before each of them.
        private static func withoutProtocol(_ server: Substring) -> String {
            guard let end = server.firstRange(of: "://")?.upperBound else { return String(server) }
            return String(server[end...])
        }

        private static func isHostAndPort(_ value: String, allowsFreePort: Bool) -> Bool {
            guard let colon = value.lastIndex(of: ":") else { return false }
            guard let port = UInt16(value[value.index(after: colon)...]), allowsFreePort || port > 0 else {
                return false
            }
            let host = value[..<colon]
            let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
            let isPlain = !host.isEmpty && !host.contains(":")
            return (isBracketed || isPlain) && host.allSatisfy { !$0.isWhitespace && $0 != "/" }
        }

        private static func uuid(_ value: String) -> String? {
            var text = value.lowercased()[...]
            if text.hasPrefix("{"), text.hasSuffix("}") { text = text.dropFirst().dropLast() }
            let groups = text.split(separator: "-", omittingEmptySubsequences: false)
            guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12] else { return nil }
            let isHex = groups.joined().utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
            return isHex ? String(text) : nil
        }
    }
}
