// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// An outbound change as a sink reads it: the values of its JSON, kept.
struct ReceivedChange {
    /// A member of the Web API payload.
    enum Value: Hashable {
        case null
        case text(String)
        case number(DecimalText)
        case bool(Bool)
        case bind(entitySet: String, id: String)
        /// A payload member that no column takes: an object or an array.
        case other
    }

    /// A reference that the target has to find.
    struct Resolve {
        var navigation: String
        var entitySet: String
        var conditions: [(column: String, value: Value)]
    }

    var changeID: String
    var mapping: String
    var operation: SyncModel.Operation
    var entitySet: String
    var recordID: String
    var match: [(column: String, value: Value)]
    var body: [(name: String, value: Value)]
    var resolve: [Resolve]
    var pairKey: String
    var replyTopic: String
    var replyPartition: Int32
    var causation: String

    /// Reads the value of a record of `crm.outbound.<entity>`.
    init(_ json: JSONValue) throws(DataverseSimulator.Malformed) {
        func text(_ name: String) throws(DataverseSimulator.Malformed) -> String {
            guard let text = json[name]?.string else { throw .init(member: name) }
            return text
        }
        changeID = try text("changeId")
        mapping = try text("mapping")
        guard let operation = SyncModel.Operation(rawValue: try text("operation")) else {
            throw .init(member: "operation")
        }
        self.operation = operation
        guard try text("target") == Side.dataverse.rawValue else { throw .init(member: "target") }
        entitySet = try text("entity")
        recordID = try text("recordId")
        guard NamedUUID.isUUID(recordID) else { throw .init(member: "recordId") }
        pairKey = try text("pairKey")
        guard let body = json["body"], body.kind == .object else { throw .init(member: "body") }
        self.body = body.members.map { ($0.key, ReceivedChange.value($0.value, named: $0.key)) }
        match = json["match"]?.members.map { ($0.key, ReceivedChange.value($0.value, named: $0.key)) } ?? []
        resolve = []
        guard let reply = json["replyTo"], let topic = reply["topic"]?.string, let partition = reply["partition"]?.int64
        else {
            throw .init(member: "replyTo")
        }
        replyTopic = topic
        replyPartition = Int32(truncatingIfNeeded: partition)
        guard let cause = json["causation"], let origin = cause["topic"]?.string, let from = cause["partition"]?.int64,
            let offset = cause["offset"]?.int64
        else { throw .init(member: "causation") }
        causation = "\(origin)|\(from)|\(offset)"
        for (navigation, reference) in json["resolve"]?.members.map({ ($0.key, $0.value) }) ?? [] {
            guard let entity = reference["entity"]?.string, let conditions = reference["where"], conditions.count > 0
            else {
                throw .init(member: "resolve")
            }
            resolve.append(
                Resolve(
                    navigation: navigation,
                    entitySet: entity,
                    conditions: conditions.members.map { ($0.key, ReceivedChange.value($0.value, named: $0.key)) }
                )
            )
        }
    }

    private static func value(_ json: JSONValue, named name: String) -> Value {
        switch json.kind {
        case .null: return .null
        case .bool: return .bool(json.bool ?? false)
        case .number: return json.numberText.flatMap { DecimalText($0) }.map { .number($0) } ?? .other
        case .string:
            let text = json.string ?? ""
            guard name.hasSuffix("@odata.bind") else { return .text(text) }
            return bind(text) ?? .other
        case .array, .object: return .other
        }
    }

    /// `/uoms(3c5f…)` as entity set and id.
    private static func bind(_ text: String) -> Value? {
        let path = text.drop { $0 == "/" }
        guard let open = path.firstIndex(of: "("), path.last == ")" else { return nil }
        let id = path[path.index(after: open)...].dropLast().lowercased()
        guard NamedUUID.isUUID(id) else { return nil }
        return .bind(entitySet: String(path[..<open]), id: id)
    }
}

extension ReceivedChange.Value {
    /// The value as rows keep it; nil where there is none.
    var canonical: String? {
        switch self {
        case .null, .other: nil
        case .text(let text): text
        case .number(let number): number.normalized
        case .bool(let flag): flag ? "true" : "false"
        case .bind(_, let id): id
        }
    }
}
