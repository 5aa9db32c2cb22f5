// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import JSON

extension Coupling {
    /// Writes the record as it stands on `sync.couplings.<worker>`.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("mapping", mapping)
        writer.field("company", company)
        writer.field("pairKey", pairKey.description)
        if let document { writer.field("document", document) }
        writer.field("state", state.rawValue)
        writer.field("exists", exists)
        writer.field("revision", revision)
        writeSource(to: &writer)
        writeTarget(to: &writer)
        writer.key("base")
        base.write(to: &writer)
        writeInFlight(to: &writer)
        writer.field("failures", Int64(failures))
        writeError(to: &writer)
        writer.key("waiting")
        if let waiting { waiting.write(to: &writer) } else { writer.null() }
        writer.key("emitted")
        writer.beginObject()
        if !emitted.causation.isEmpty {
            writer.field("causation", emitted.causation)
            for operation in Emitted.operations {
                let count = emitted.counts[Emitted.index(of: operation)]
                if count > 0 { writer.field(operation.rawValue, Int64(count)) }
            }
        }
        writer.endObject()
        writer.field("createdAt", Timestamp.text(milliseconds: createdAt))
        writer.field("updatedAt", Timestamp.text(milliseconds: updatedAt))
        writer.endObject()
    }

    private func writeSource(to writer: inout JSONWriter) {
        writer.key("bc")
        writer.beginObject()
        writer.field("entity", bc.entity)
        writer.field("id", bc.id)
        writer.field("key", bc.key)
        writer.field("modifiedAt", bc.version.modifiedAt)
        writer.key("sequence")
        if let sequence = bc.version.sequence { writer.integer(sequence) } else { writer.null() }
        writer.field("eventAt", bc.version.eventAt)
        if !bc.facts.isEmpty {
            writer.key("facts")
            writer.strings(bc.facts)
        }
        writer.endObject()
    }

    private func writeTarget(to writer: inout JSONWriter) {
        writer.key("crm")
        writer.beginObject()
        writer.field("entity", crm.entity)
        writer.field("id", crm.id)
        writer.key("key")
        writer.null()
        writer.key("modifiedAt")
        writer.null()
        writer.field("etag", crm.etag)
        writer.field("created", crm.isCreated)
        writer.key("related")
        writer.beginObject()
        for (role, row) in crm.related.sorted(by: { $0.key < $1.key }) {
            writer.key(role)
            writer.beginObject()
            writer.field("entity", row.entity)
            writer.field("recordId", row.id)
            writer.endObject()
        }
        writer.endObject()
        writer.endObject()
    }

    private func writeInFlight(to writer: inout JSONWriter) {
        writer.field("inFlight", inFlight?.changeID)
        guard let inFlight else { return }
        writer.key("inFlightValues")
        writer.beginObject()
        writer.field("operation", inFlight.operation.rawValue)
        writer.field("causation", inFlight.causation)
        writer.key("values")
        writer.beginObject()
        for (column, value) in inFlight.values.sorted(by: { $0.key < $1.key }) { writer.field(column, value) }
        writer.endObject()
        writer.endObject()
    }

    private func writeError(to writer: inout JSONWriter) {
        writer.key("error")
        guard let error else {
            writer.null()
            return
        }
        writer.beginObject()
        writer.field("class", error.errorClass.rawValue)
        writer.field("code", error.code)
        writer.field("message", error.message)
        writer.endObject()
    }
}

extension Waiting {
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("since", Timestamp.text(milliseconds: since))
        writer.key("waitsFor")
        writer.beginArray()
        for reference in waitsFor {
            writer.beginObject()
            writer.field("mapping", reference.mapping)
            writer.field("key", reference.key)
            writer.field("reason", reference.reason.rawValue)
            writer.endObject()
        }
        writer.endArray()
        writer.key("causation")
        writer.beginObject()
        writer.field("topic", causation.topic)
        writer.field("partition", Int64(causation.partition))
        writer.field("offset", causation.offset)
        writer.field("eventAt", causation.eventAt)
        if let traceparent = causation.traceparent { writer.field("traceparent", traceparent) }
        writer.endObject()
        writer.field("deferred", isDeferred)
        writer.key("change")
        writer.beginObject()
        writer.field("wish", wish.rawValue)
        writer.key("image")
        if image.isEmpty { writer.null() } else { image.withUnsafeBytes { writer.raw($0) } }
        writer.endObject()
        writer.endObject()
    }
}

extension JSONWriter {
    mutating func field(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    mutating func field(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    mutating func field(_ name: String, _ value: Int64) {
        key(name)
        integer(value)
    }

    mutating func field(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    /// An object of texts, in the order of its names so that equal records are equal bytes.
    mutating func strings(_ values: [String: String]) {
        beginObject()
        for (name, value) in values.sorted(by: { $0.key < $1.key }) { field(name, value) }
        endObject()
    }
}
