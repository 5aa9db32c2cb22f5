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
        writer.member("base")
        base.write(to: &writer)
        writeInFlight(to: &writer)
        writer.field("failures", Int64(failures))
        if tries != failures { writer.field("tries", Int64(tries)) }
        writeError(to: &writer)
        writer.member("waiting")
        if let waiting { waiting.write(to: &writer) } else { writer.null() }
        if let follows {
            writer.member("follows")
            follows.write(to: &writer)
        }
        writer.member("emitted")
        writer.beginObject()
        if !emitted.causation.isEmpty {
            writer.field("causation", emitted.causation)
            for operation in Emitted.operations {
                let count = emitted.counts[Emitted.index(of: operation)]
                guard count > 0 else { continue }
                writer.key(operation.rawValue)
                writer.integer(Int64(count))
            }
        }
        writer.endObject()
        writer.field("createdAt", time: createdAt)
        writer.field("updatedAt", time: updatedAt)
        writer.endObject()
    }

    private func writeSource(to writer: inout JSONWriter) {
        writer.member("bc")
        writer.beginObject()
        writer.field("entity", bc.entity)
        writer.field("id", bc.id)
        writer.field("key", bc.key)
        writer.field("modifiedAt", bc.version.modifiedAt)
        writer.member("sequence")
        if let sequence = bc.version.sequence { writer.integer(sequence) } else { writer.null() }
        writer.field("eventAt", bc.version.eventAt)
        if !bc.facts.isEmpty {
            writer.member("facts")
            writer.strings(bc.facts)
        }
        writer.endObject()
    }

    private func writeTarget(to writer: inout JSONWriter) {
        writer.member("crm")
        writer.beginObject()
        writer.field("entity", crm.entity)
        writer.field("id", crm.id)
        writer.member("key")
        writer.null()
        writer.member("modifiedAt")
        writer.null()
        writer.field("etag", crm.etag)
        writer.field("created", crm.isCreated)
        writer.member("related")
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
        writer.member("inFlightValues")
        writer.beginObject()
        writer.field("operation", inFlight.operation.rawValue)
        writer.field("causation", inFlight.causation)
        writer.member("values")
        writer.beginObject()
        for (column, value) in inFlight.values.sorted(by: { $0.key < $1.key }) {
            writer.key(column)
            if let value { writer.string(value) } else { writer.null() }
        }
        writer.endObject()
        writer.endObject()
    }

    private func writeError(to writer: inout JSONWriter) {
        writer.member("error")
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
        writer.field("since", time: since)
        writer.member("waitsFor")
        writer.beginArray()
        for reference in waitsFor {
            writer.beginObject()
            writer.field("mapping", reference.mapping)
            writer.field("key", reference.key)
            writer.field("reason", reference.reason.rawValue)
            if let detail = reference.detail { writer.field("detail", detail) }
            if let other = reference.otherKey { writer.field("otherKey", other) }
            writer.endObject()
        }
        writer.endArray()
        writer.member("causation")
        writer.beginObject()
        writer.field("topic", causation.topic)
        writer.field("partition", Int64(causation.partition))
        writer.field("offset", causation.offset)
        writer.field("eventAt", causation.eventAt)
        if let traceparent = causation.traceparent { writer.field("traceparent", traceparent) }
        writer.endObject()
        writer.field("deferred", isDeferred)
        writer.member("change")
        writer.beginObject()
        writer.field("wish", wish.rawValue)
        writer.member("image")
        if image.isEmpty { writer.null() } else { image.withUnsafeBytes { writer.raw($0) } }
        writer.endObject()
        writer.endObject()
    }
}

extension JSONWriter {
    mutating func field(_ name: StaticString, _ value: String) {
        member(name)
        string(value)
    }

    mutating func field(_ name: StaticString, _ value: String?) {
        member(name)
        if let value { string(value) } else { null() }
    }

    mutating func field(_ name: StaticString, _ value: Int64) {
        member(name)
        integer(value)
    }

    mutating func field(_ name: StaticString, _ value: Bool) {
        member(name)
        bool(value)
    }

    /// A time in milliseconds since 1970, as text.
    mutating func field(_ name: StaticString, time: Int64) {
        member(name)
        Timestamp.withText(milliseconds: time) { string(bytes: $0) }
    }

    /// An object of texts, in the order of its names so that equal records are equal bytes.
    mutating func strings(_ values: [String: String]) {
        beginObject()
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            key(name)
            string(value)
        }
        endObject()
    }
}
