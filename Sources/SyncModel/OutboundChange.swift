// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A change for the other side, ready for its Web API.
public struct OutboundChange: Sendable {
    /// Identifies the change; the same on reprocessing.
    public var changeID: String
    /// The mapping's name.
    public var mapping: String
    /// What it does.
    public var operation: Operation
    /// Entity set name of the target.
    public var entitySet: String
    /// The target record's id.
    public var recordID: String
    /// The columns on which the delivery worker looks for an existing record first; empty: none.
    public var match: [MappedColumn] = []
    /// The columns to write.
    public var columns: [MappedColumn]
    /// The source record.
    public var source: Coupling.Source
    /// The pair it belongs to.
    public var pairKey: PairKey
    /// Where the result goes: the pair's home.
    public var replyPartition: Int32
    /// The owner's inbox, without prefix.
    public var replyTopic: String
    /// The event whose values it carries.
    public var causation: Causation

    /// Makes a change from its parts.
    public init(
        changeID: String,
        mapping: String,
        operation: Operation,
        entitySet: String,
        recordID: String,
        columns: [MappedColumn],
        source: Coupling.Source,
        pairKey: PairKey,
        replyTopic: String,
        replyPartition: Int32,
        causation: Causation
    ) {
        self.changeID = changeID
        self.mapping = mapping
        self.operation = operation
        self.entitySet = entitySet
        self.recordID = recordID
        self.columns = columns
        self.source = source
        self.pairKey = pairKey
        self.replyTopic = replyTopic
        self.replyPartition = replyPartition
        self.causation = causation
    }

    /// The id of a change: a name for pair, operation, causation and, from the second on, number.
    public static func changeID(pair: PairKey, operation: Operation, causationPath: String, number: Int) -> String {
        let count = number > 1 ? "|\(number)" : ""
        return NamedUUID.make([pair.description, "|", operation.rawValue, "|", causationPath, count])
    }

    /// Writes the change as it stands on `crm.outbound.<entity>`.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("changeId", changeID)
        writer.field("mapping", mapping)
        writer.field("operation", operation.rawValue)
        writer.field("target", Side.dataverse.rawValue)
        writer.field("entity", entitySet)
        writer.field("recordId", recordID)
        writeMatch(to: &writer)
        writer.member("ifMatch")
        writer.null()
        writer.member("body")
        writer.beginObject()
        for column in columns { column.write(to: &writer) }
        writer.endObject()
        writeResolve(to: &writer)
        writer.member("source")
        writer.beginObject()
        writer.field("system", "business-central")
        writer.field("entity", source.entity)
        writer.field("recordId", source.id)
        writer.field("modifiedAt", source.version.modifiedAt)
        writer.endObject()
        writer.field("pairKey", pairKey.description)
        writer.member("replyTo")
        writer.beginObject()
        writer.field("topic", replyTopic)
        writer.field("partition", Int64(replyPartition))
        writer.endObject()
        writer.member("causation")
        writer.beginObject()
        writer.field("topic", causation.topic)
        writer.field("partition", Int64(causation.partition))
        writer.field("offset", causation.offset)
        writer.endObject()
        writer.endObject()
    }

    private func writeMatch(to writer: inout JSONWriter) {
        writer.member("match")
        guard !match.isEmpty else {
            writer.null()
            return
        }
        writer.beginObject()
        for column in match { column.write(to: &writer) }
        writer.endObject()
    }

    private func writeResolve(to writer: inout JSONWriter) {
        var isOpen = false
        for column in columns {
            guard case .resolve(let navigation, let query) = column.value else { continue }
            if !isOpen {
                writer.member("resolve")
                writer.beginObject()
                isOpen = true
            }
            writer.key(navigation)
            writer.beginObject()
            writer.field("entity", query.entitySet)
            writer.member("where")
            writer.beginObject()
            for condition in query.conditions {
                writer.key(condition.column)
                if condition.isTrue { writer.bool(true) } else { writer.string(condition.value) }
            }
            writer.endObject()
            writer.endObject()
        }
        if isOpen { writer.endObject() }
    }
}

extension MappedColumn {
    /// Writes the member of a Web API payload; a reference that the target resolves has none.
    func write(to writer: inout JSONWriter) {
        switch value {
        case .null:
            writer.key(name)
            writer.null()
        case .text(let text):
            writer.key(name)
            writer.string(text)
        case .number(let number):
            writer.key(name)
            writer.number(number.text)
        case .bool(let flag):
            writer.key(name)
            writer.bool(flag)
        case .reference(let navigation, let entitySet, let id):
            writer.key(navigation + "@odata.bind")
            writer.string("/" + entitySet + "(" + id + ")")
        case .resolve:
            break
        }
    }
}
