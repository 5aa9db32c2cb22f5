// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONDocumentTests {
    let document = JSONDocument(maximumBytes: 1000, maximumDepth: 4)

    private func error(_ bytes: [UInt8]) -> JSONError? {
        do throws(JSONError) {
            try document.parse(bytes)
            return nil
        } catch {
            return error
        }
    }

    private func error(_ text: String) -> JSONError? { error(Array(text.utf8)) }

    @Test func readsMembersByName() throws {
        let event = try document.parse(#"{"op":"u","ts_ms":1767225600000,"before":null,"after":{"n":1.50,"ok":true}}"#)
        #expect(event.kind == .object && event.count == 4)
        #expect(event["op"]?.string == "u")
        #expect(event["op"]?.stringEquals("u") == true)
        #expect(event["op"]?.stringEquals("uu") == false)
        #expect(event["ts_ms"]?.int64 == 1_767_225_600_000)
        #expect(event["before"]?.isNull == true)
        #expect(event["after"]?["n"]?.numberText == "1.50")
        #expect(event["after"]?["ok"]?.bool == true)
        #expect(event["nothing"] == nil)
        #expect(event["op"]?["op"] == nil)
        #expect(event["o"] == nil)
        #expect(event["after"]?.rawText == #"{"n":1.50,"ok":true}"#)
    }

    @Test func answersNilForOtherKinds() throws {
        let values = try document.parse(#"["1", 1, true, null, {"a": 1}]"#)
        let kinds: [JSONValue.Kind] = [.string, .number, .bool, .null, .object]
        for (value, kind) in zip(values.elements, kinds) {
            #expect(value.kind == kind)
            #expect((value.string != nil) == (kind == .string))
            #expect((value.int64 != nil) == (kind == .number))
            #expect((value.numberText != nil) == (kind == .number))
            #expect((value.bool != nil) == (kind == .bool))
            #expect(value.isNull == (kind == .null))
            #expect(value.count == (kind == .object ? 1 : 0))
            #expect(Array(value.elements).isEmpty)
            #expect(Array(value.members).count == value.count)
        }
    }

    @Test func findsTheFirstOfRepeatedNames() throws {
        let value = try document.parse(#"{"a":1,"b":{"a":5},"a":2,"":3}"#)
        #expect(value["a"]?.int64 == 1)
        #expect(value[""]?.int64 == 3)
        #expect(value.count == 4)
        #expect(value.members.map(\.key) == ["a", "b", "a", ""])
    }

    @Test func findsNamesWrittenWithEscapes() throws {
        let value = try document.parse(#"{"\u0061\"\/":1,"ä":2,"\ud83d\ude00":3}"#)
        #expect(value["a\"/"]?.int64 == 1)
        #expect(value["ä"]?.int64 == 2)
        #expect(value["a\u{308}"] == nil)
        #expect(value["😀"]?.int64 == 3)
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
            ("9223372036854775808", nil), ("-9223372036854775809", nil), ("18446744073709551616", nil), ("1.0", nil),
            ("1e3", nil),
        ] as [(String, Int64?)]
    )
    func readsIntegersThatFit(text: String, expected: Int64?) throws {
        let value = try document.parse(text)
        #expect(value.int64 == expected)
        #expect(value.numberText == text)
    }

    @Test func keepsNumbersOfAnyLengthAsWritten() throws {
        let number = "-123456789012345678901234567890.123456789012345678901234567890e-12"
        let value = try document.parse(#"{"n" : \#(number) , "m":0}"#)
        #expect(value["n"]?.numberText == number)
        #expect(value["m"]?.numberText == "0")
    }

    @Test func resolvesEscapes() throws {
        let value = try document.parse(#"["\"\\\/\b\f\n\r\t", "\u0000\u001f", "\ue000 \uD83D\uDE00", "plain", ""]"#)
        let strings = value.elements.map(\.string)
        #expect(strings == ["\"\\/\u{8}\u{c}\n\r\t", "\u{0}\u{1f}", "\u{e000} 😀", "plain", ""])
    }

    @Test func anErrorLeavesNullAndTheParserUsable() throws {
        try document.parse("[1]")
        #expect(error("[1") != nil)
        #expect(document.root.isNull)
        #expect(JSONDocument().root.isNull)
        #expect(try document.parse("[2]").count == 1)
        #expect(document.root.rawText == "[2]")
    }

    @Test func readsDocumentsOfAnySizeInTurn() throws {
        let large = JSONDocument()
        for count in [1, 50_000, 3, 200_000, 1] {
            let text = "[" + Array(repeating: #""a\n""#, count: count).joined(separator: ",") + "]"
            let value = try large.parse(text)
            #expect(value.count == count)
            #expect(value.elements.allSatisfy { $0.stringEquals("a\n") })
        }
    }

    @Test func aViewEndsWithTheNextParse() async {
        await #expect(processExitsWith: .failure) {
            let document = JSONDocument()
            let value = try document.parse("[1]")
            try document.parse("[2]")
            _ = value.count
        }
    }

    @Test(
        arguments: [
            ("[1,2", .unterminated, 4), (#"{"a""#, .unterminated, 4), (#"{"a":"#, .unterminated, 5),
            (#"["abc"#, .unterminated, 1),
            ("{", .unterminated, 1), ("[1]]", .trailingBytes, 3), ("{} x", .trailingBytes, 3),
            ("1 2", .trailingBytes, 2),
            ("[01]", .invalidNumber, 1), ("-", .invalidNumber, 0), ("[1.]", .invalidNumber, 1),
            ("[1e]", .invalidNumber, 1),
            ("1a", .invalidNumber, 0), ("[.5]", .syntax, 1), ("[+1]", .syntax, 1), ("[nul]", .syntax, 1),
            ("[truee]", .syntax, 1),
            ("NaN", .syntax, 0), ("[1 2]", .syntax, 3), ("[1,]", .syntax, 3), (#"{"a":1,}"#, .syntax, 7),
            ("{1:2}", .syntax, 1),
            (#"["a":1]"#, .syntax, 4), (#"{"a",1}"#, .syntax, 4), ("[1}", .syntax, 2), (#"["\x"]"#, .syntax, 2),
            (#"["\uD800"]"#, .syntax, 2), (#"["a\uDC00"]"#, .syntax, 3), (#"["\uD800\u0041"]"#, .syntax, 2),
            (#"["\u12G4"]"#, .syntax, 2),
            ("[\"a\nb\"]", .syntax, 3), ("\u{FEFF}[]", .syntax, 0), ("'a'", .syntax, 0), ("]", .syntax, 0),
            (",", .syntax, 0),
            ("[[[[1]]]]", nil, nil), ("[[[[[1]]]]]", .tooDeep(limit: 4), 4), ("[[[[{}]]]]", .tooDeep(limit: 4), 4),
        ] as [(String, JSONError.Reason?, Int?)]
    )
    func saysWhatIsWrongAndWhere(text: String, reason: JSONError.Reason?, offset: Int?) {
        #expect(error(text) == reason.map { JSONError(reason: $0, offset: offset) })
    }

    @Test(
        arguments: [
            ([0x22, 0xFF, 0x22], 1), ([0x22, 0xC0, 0x80, 0x22], 1), ([0x22, 0x61, 0xED, 0xA0, 0x80, 0x22], 2),
            ([0xE2, 0x82], 0),
            ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1), ([0x5B, 0x22, 0xC3, 0xA4, 0xC3, 0x22, 0x5D], 4),
        ] as [([UInt8], Int)]
    )
    func saysWhereUTF8IsBroken(bytes: [UInt8], offset: Int) {
        #expect(error(bytes) == JSONError(reason: .invalidUTF8, offset: offset))
    }

    @Test(arguments: ["", " ", "\n\t \r"]) func tellsAnEmptyDocument(text: String) {
        #expect(error(text) == JSONError(reason: .empty))
    }

    @Test func limitsTheSize() {
        #expect(error("\"" + String(repeating: "a", count: 998) + "\"") == nil)
        #expect(error("\"" + String(repeating: "a", count: 999) + "\"") == JSONError(reason: .tooLarge(limit: 1000)))
    }

    @Test func everyPrefixOfADocumentIsRefused() throws {
        let text = Array(#"{"a":[1,-2.5e3,true,null,"x\u00e4\n😀",{}],"b":{"c":[]}}"#.utf8)
        #expect(error(text) == nil)
        for count in 0..<text.count { #expect(error(Array(text[..<count])) != nil, "\(count) bytes") }
    }

    @Test func describesAnErrorWithoutItsContents() {
        #expect(JSONError(reason: .syntax, offset: 7).description == "JSON document has a syntax error at byte 7")
        #expect(JSONError(reason: .tooLarge(limit: 10)).description == "JSON document is larger than 10 bytes")
    }
}
