// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import JSON
public import SyncModel

/// What a delivery reports of a change, as it goes to the inbox of the worker that published it.
public struct DeliveryResult: Sendable, Hashable {
    /// How it ended.
    public enum Status: String, Sendable, Hashable {
        /// It had its effect.
        case applied
        /// It was refused.
        case failed
    }

    /// The change's id.
    public let changeID: String
    /// The mapping it comes from.
    public let mapping: String
    /// The pair it belongs to: the result's key.
    public let pairKey: String
    /// The inbox topic where it goes.
    public let replyTopic: String
    /// The inbox partition where it goes.
    public let replyPartition: Int32
    /// How it ended.
    public let status: Status
    /// The row: the one found by match, where one was.
    public let recordID: String
    /// The row's version tag; nil where there is no row.
    public let etag: String?
    /// Rows that were made along with it, by role.
    public let related: [String: Coupling.Related]
    /// Why it was refused; nil where it was not.
    public let error: RecordError?

    /// Writes the result as it stands in the inbox.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        let texts = [
            ("type", "result"), ("changeId", changeID), ("mapping", mapping), ("pairKey", pairKey),
            ("status", status.rawValue),
            ("recordId", recordID),
        ]
        for (name, text) in texts {
            writer.key(name)
            writer.string(text)
        }
        writer.key("etag")
        if let etag { writer.string(etag) } else { writer.null() }
        writer.key("related")
        writer.beginObject()
        for (role, row) in related.sorted(by: { $0.key < $1.key }) {
            writer.key(role)
            writer.beginObject()
            writer.key("entity")
            writer.string(row.entity)
            writer.key("recordId")
            writer.string(row.id)
            writer.endObject()
        }
        writer.endObject()
        writer.key("attempts")
        writer.integer(1)
        writer.key("error")
        writeError(to: &writer)
        writer.endObject()
    }

    private func writeError(to writer: inout JSONWriter) {
        guard let error else {
            writer.null()
            return
        }
        writer.beginObject()
        for (name, text) in [("class", error.errorClass.rawValue), ("code", error.code), ("message", error.message)] {
            writer.key(name)
            writer.string(text)
        }
        writer.endObject()
    }
}
