// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONWriterTests {
    @Test func putsCommasWhereTheyBelong() throws {
        let document = JSONDocument()
        var writer = JSONWriter()
        for _ in 0..<2 {
            writer.removeAll()
            writer.beginObject()
            writer.key("a")
            writer.beginArray()
            writer.endArray()
            writer.key("b")
            writer.beginArray()
            writer.integer(-1)
            writer.bool(true)
            writer.null()
            writer.beginObject()
            writer.endObject()
            writer.string("x")
            writer.number("649.40")
            writer.raw("[ ]")
            writer.value(try document.parse(#" {"k" : 1.0} "#))
            writer.number(try #require(DecimalText("1.50")))
            writer.endArray()
            writer.key("c")
            writer.null()
            writer.endObject()
            #expect(writer.text == #"{"a":[],"b":[-1,true,null,{},"x",649.40,[ ],{"k" : 1.0},1.50],"c":null}"#)
        }
    }

    @Test func escapesOnlyWhatMustBe() throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("\"ä\\")
        writer.string("a\"b\\c/\u{8}\t\n\u{c}\r\u{0}\u{1f}\u{7f}€😀\u{e000}")
        writer.endObject()
        let expected = #"{"\"ä\\":"a\"b\\c/\b\t\n\f\r\u0000\u001f"# + "\u{7f}€😀\u{e000}\"}"
        #expect(writer.text == expected)
        try JSONDocument().parse(writer.bytes)
    }

    /// Texts are looked through eight bytes at a time, so each place of a byte in them counts.
    @Test func escapesAtAnyPlace() throws {
        let document = JSONDocument()
        for length in 0..<20 {
            for place in 0..<length {
                for byte in [0x00, 0x1f, 0x20, 0x21, 0x22, 0x5b, 0x5c, 0x5d, 0x7f] as [UInt8] {
                    var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: length)
                    bytes[place] = byte
                    let text = String(decoding: bytes, as: UTF8.self)
                    var writer = JSONWriter(reserving: 1)
                    writer.string(text)
                    #expect(try document.parse(writer.bytes).string == text, "\(byte) at \(place) of \(length)")
                }
            }
        }
    }

    @Test(arguments: [0, 7, -7, 10, 99, 100, .min, .max] as [Int64])
    func writesIntegers(value: Int64) {
        var writer = JSONWriter()
        writer.integer(value)
        #expect(writer.text == "\(value)")
    }
}
