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
}
