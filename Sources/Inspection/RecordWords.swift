// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import SyncModel

/// Says in a few words what a record is.
struct RecordWords {
    /// Larger values are not parsed for it.
    private static let limit = 1 << 20
    private let document = JSONDocument(maximumDepth: Coupling.maximumDepth)

    /// Of a change event: operation and version.
    func event(_ message: Message) -> String {
        guard let json = json(message) else { return message.value == nil ? "tombstone" : "unreadable" }
        let envelope = json["payload"] ?? json["data"] ?? json
        let operation: String? =
            switch envelope["op"]?.string {
            case "c": "create"
            case "u": "update"
            case "d": "delete"
            case "r": "snapshot"
            default: nil
            }
        let sequence = envelope["source"]?["sequence"]?.int64.map { ", sequence \($0)" } ?? ""
        return (operation ?? "event") + sequence
    }

    /// Of an outbound change: operation and id.
    func change(_ message: Message) -> String {
        guard let json = json(message), let operation = json["operation"]?.string else { return "unreadable" }
        return "\(operation) \(json["changeId"]?.string ?? "")"
    }

    /// Of what reached an inbox.
    func inbox(_ message: Message) -> String {
        guard let json = json(message), let type = json["type"]?.string else { return "unreadable" }
        switch type {
        case "command": return "command \(json["command"]?.string ?? "")"
        case "result":
            let error = json["error"]?["code"]?.string.map { ": \($0)" } ?? ""
            return "result \(json["status"]?.string ?? "")\(error)"
        case "forwarded": return "forwarded from \(json["topic"]?.string ?? "")"
        default: return type
        }
    }

    private func json(_ message: Message) -> JSONValue? {
        guard let value = message.value, value.count <= Self.limit, let json = try? document.parse(value),
            json.kind == .object
        else { return nil }
        return json
    }
}
