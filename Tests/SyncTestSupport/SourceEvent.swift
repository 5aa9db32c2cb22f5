// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// A change event of a source, ready to send.
public struct SourceEvent: Sendable, Hashable {
    /// How the record's key is written.
    public enum KeyForm: Sendable, Hashable {
        /// The record's id: the record's home partition.
        case plain
        /// An object, as a database connector writes it: some partition, always the same.
        case object
        /// None: any partition.
        case none
    }

    /// The entity of its change topic.
    public var entity: String
    /// The record's id.
    public var id: String
    /// Grows with every version of a record.
    public var version: Int64
    /// The key; nil: none.
    public var key: [UInt8]?
    /// The value; nil: a tombstone.
    public var value: [UInt8]?
}

/// One version of a record, before it is written.
struct SourceVersion {
    enum Operation: String {
        case create = "c"
        case update = "u"
        case delete = "d"
        case read = "r"
    }

    var operation: Operation
    var image: SourceValue
    var sequence: Int64
    var eventAt: Int64

    static let tables = [
        "currencies": "Currency", "items": "Item", "item-units": "Item Unit of Measure", "resources": "Resource",
        "resource-units": "Resource Unit of Measure", "customers": "Customer", "price-lists": "Price List Header",
        "price-list-lines": "Price List Line", "sales-invoices": "Sales Invoice Header",
    ]

    /// The event in canonical form.
    func canonical(entity: String, company: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writeHead(to: &writer)
        writer.key("source")
        writer.beginObject()
        for (name, text) in [
            ("system", "business-central"), ("company", company), ("table", SourceVersion.tables[entity] ?? entity),
        ] {
            writer.key(name)
            writer.string(text)
        }
        writer.key("sequence")
        writer.integer(sequence)
        writer.endObject()
        writeImages(to: &writer, decimalsAsText: false)
        writer.endObject()
        return writer.bytes
    }

    /// The event as a database connector writes it: with a schema, decimals as text, no company, no row version.
    func connector(entity: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("schema")
        writer.beginObject()
        writer.key("type")
        writer.string("struct")
        writer.endObject()
        writer.key("payload")
        writer.beginObject()
        writeHead(to: &writer)
        writer.key("source")
        writer.beginObject()
        for (name, text) in [
            ("connector", "postgresql"), ("db", "bc"), ("table", entity), ("sequence", "[null,\"\(sequence)\"]"),
        ] {
            writer.key(name)
            writer.string(text)
        }
        writer.endObject()
        writeImages(to: &writer, decimalsAsText: true)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private func writeHead(to writer: inout JSONWriter) {
        writer.key("op")
        writer.string(operation.rawValue)
        writer.key("ts_ms")
        writer.integer(eventAt)
    }

    private func writeImages(to writer: inout JSONWriter, decimalsAsText: Bool) {
        let isDelete = operation == .delete
        for (name, isThere) in [("before", isDelete), ("after", !isDelete)] {
            writer.key(name)
            if isThere { image.write(to: &writer, decimalsAsText: decimalsAsText) } else { writer.null() }
        }
    }
}
