// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import SeededRandom
import Testing

/// Random documents, whole and damaged, against Foundation's parser.
@Suite struct JSONAgreementTests {
    @Test func agreesWithFoundationOnValidDocuments() throws {
        let seed = SeededGenerator.seed()
        var source = RandomJSON(seed: seed)
        let document = JSONDocument()
        for round in 0..<1500 {
            let text = source.document()
            let foundation = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            let value = try document.parse(text)
            if let difference = difference(value, foundation) {
                Issue.record("\(difference) in round \(round) of seed \(seed): \(text)")
                return
            }
        }
    }

    @Test func acceptsDamagedDocumentsWhenFoundationDoes() {
        let seed = SeededGenerator.seed()
        var source = RandomJSON(seed: seed)
        let document = JSONDocument()
        var refused = 0
        for round in 0..<6000 {
            let bytes = source.damaged(Array(source.document().utf8))
            let isValid = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
            var failure: JSONError?
            do throws(JSONError) { try document.parse(bytes) } catch { failure = error }
            if failure != nil { refused += 1 }
            if let offset = failure?.offset { #expect((0...bytes.count).contains(offset)) }
            if failure == nil, !isValid, hasHugeExponent(document.root) { continue }
            if let offset = failure?.offset, isValid, isBehindTrailingComma(offset, in: bytes) { continue }
            guard (failure == nil) == isValid else {
                let text = String(decoding: bytes, as: UTF8.self)
                Issue.record("\(failure.map(\.description) ?? "accepted") in round \(round) of seed \(seed): \(text)")
                return
            }
        }
        #expect(refused > 1000 && refused < 5900)
    }

    @Test func writesWhatItReads() throws {
        let seed = SeededGenerator.seed()
        var source = RandomJSON(seed: seed)
        let document = JSONDocument()
        let copy = JSONDocument()
        var writer = JSONWriter(reserving: 16)
        for _ in 0..<1000 {
            let text = source.document()
            writer.removeAll()
            write(try document.parse(text), to: &writer)
            let foundation = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            #expect(difference(try copy.parse(writer.bytes), foundation) == nil, "seed \(seed): \(text)")
            // Once written by the writer, nothing changes any more.
            let first = writer.bytes
            writer.removeAll()
            write(copy.root, to: &writer)
            #expect(writer.bytes == first, "seed \(seed): \(text)")
        }
    }

    private func write(_ value: JSONValue, to writer: inout JSONWriter) {
        switch value.kind {
        case .null: writer.null()
        case .bool: writer.bool(value.bool ?? false)
        case .number: writer.number(value.numberText ?? "")
        case .string: writer.string(value.string ?? "")
        case .array:
            writer.beginArray()
            for element in value.elements { write(element, to: &writer) }
            writer.endArray()
        case .object:
            writer.beginObject()
            for (key, member) in value.members {
                writer.key(key)
                write(member, to: &writer)
            }
            writer.endObject()
        }
    }

    /// Whether a number lies outside of what Foundation represents; to us it is a text like any other.
    private func hasHugeExponent(_ value: JSONValue) -> Bool {
        if let number = value.numberText?.lowercased(), let mark = number.firstIndex(of: "e") {
            return number[mark...].count > 3
        }
        return value.elements.contains { hasHugeExponent($0) } || value.members.contains { hasHugeExponent($0.value) }
    }

    /// Whether a container ends there behind a comma, which Foundation accepts and JSON's grammar does not.
    private func isBehindTrailingComma(_ offset: Int, in bytes: [UInt8]) -> Bool {
        bytes[offset...].first.map { "}]".utf8.contains($0) } == true
            && bytes[..<offset].last { !" \n\r\t".utf8.contains($0) } == UInt8(ascii: ",")
    }

    /// Where the two differ, in words; nil when they do not.
    private func difference(_ value: JSONValue, _ other: Any) -> String? {
        switch value.kind {
        case .null: return other is NSNull ? nil : "null"
        case .bool: return (other as? NSNumber)?.boolValue == value.bool ? nil : "bool"
        case .number:
            // Foundation keeps no more than 38 digits, and so may err in the last place of a double.
            guard let other = (other as? NSNumber)?.doubleValue, let number = value.numberText.flatMap({ Double($0) }),
                abs(number - other) <= 1e-12 * abs(other)
            else { return "number \(value.rawText)" }
            return nil
        case .string:
            guard let other = other as? String, let string = value.string else { return "string \(value.rawText)" }
            guard value.stringEquals(other), Array(string.utf8) == Array(other.utf8) else { return "string \(other)" }
            return nil
        case .array:
            guard let other = other as? [Any], other.count == value.count else { return "array \(value.rawText)" }
            for (element, other) in zip(value.elements, other) {
                if let found = difference(element, other) { return found }
            }
            return Array(value.elements).count == other.count ? nil : "elements \(value.rawText)"
        case .object:
            guard let other = other as? [String: Any], other.count == value.count else {
                return "object \(value.rawText)"
            }
            for (key, member) in value.members {
                guard let other = other[key], let named = value[key] else { return "member \(key)" }
                if let found = difference(member, other) { return found }
                guard named.rawText == member.rawText else { return "member by name \(key)" }
            }
            return nil
        }
    }
}
