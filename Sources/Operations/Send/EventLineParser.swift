// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// Makes change events of lines: canonical events as they are, bare records wrapped, or either with topic and key.
///
/// What is wrong is found here and not by the worker, by the same rules as the worker's.
struct EventLineParser {
    private static let frameMembers: Set<String> = ["topic", "key", "value"]

    /// Finds the topic, with prefix, that a name means; nil: none.
    let topic: (String) -> String?
    /// The table of the records in a topic.
    let table: (String) -> String
    /// The topic of lines that name none.
    let defaultTopic: String?
    /// The company of bare records; nil: none is written, the worker's own setting holds then.
    let company: String?
    /// The time of bare records' events, in milliseconds since 1970.
    let now: Int64

    private let document = JSONDocument()
    private let eventDocument = JSONDocument(maximumDepth: ChangeEvent.maximumDepth)
    private let keyDocument = JSONDocument()

    init(
        topic: @escaping (String) -> String?,
        table: @escaping (String) -> String,
        defaultTopic: String?,
        company: String?,
        now: Int64
    ) {
        self.topic = topic
        self.table = table
        self.defaultTopic = defaultTopic
        self.company = company
        self.now = now
    }

    /// The event of a line; nil for a blank line.
    func parse(_ line: UnsafeRawBufferPointer) throws(EventLine.Problem) -> EventLine? {
        guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return nil }
        let root: JSONValue
        do throws(JSONError) {
            root = try document.parse(line)
        } catch {
            throw EventLine.Problem(reason: error.description)
        }
        guard root.kind == .object else { throw EventLine.Problem(reason: "the line is no JSON object") }
        guard let value = frameValue(root) else { return try event(root, key: nil, topic: defaultTopic) }
        let named = try topicName(root["topic"]) ?? defaultTopic
        return try event(value, key: root["key"], topic: named)
    }

    /// The value of a line that has the form `{"topic":…,"key":…,"value":…}`; nil where it has not.
    private func frameValue(_ root: JSONValue) -> JSONValue? {
        guard let value = root["value"], value.isNull || value.kind == .object else { return nil }
        return root.members.allSatisfy { Self.frameMembers.contains($0.key) } ? value : nil
    }

    private func topicName(_ member: JSONValue?) throws(EventLine.Problem) -> String? {
        guard let member, !member.isNull else { return nil }
        guard let name = member.string else { throw EventLine.Problem(reason: "\"topic\" is no text") }
        guard let found = topic(name) else {
            throw EventLine.Problem(reason: "there is no change topic '\(name)'; see 'syncctl topics list'")
        }
        return found
    }

    private func event(_ value: JSONValue, key: JSONValue?, topic: String?) throws(EventLine.Problem) -> EventLine {
        guard let topic else {
            throw EventLine.Problem(reason: "no topic: name it with --topic, in the line, or by the file's name")
        }
        let given = try keyBytes(key)
        if value.isNull {
            guard let given else { throw EventLine.Problem(reason: "a tombstone (null value) needs a key") }
            return EventLine(topic: topic, key: given, value: nil)
        }
        let bytes = isEvent(value) ? value.withRawBytes { Array($0) } : wrapped(value, table: table(topic))
        guard bytes.count <= ChangeEvent.maximumBytes else {
            throw EventLine.Problem(
                reason: "the event has \(bytes.count) bytes, workers take at most \(ChangeEvent.maximumBytes)"
            )
        }
        let id = try recordID(bytes, key: given)
        // A key of null is asked for; without the member the record's id is the key.
        let isKeyless = key?.isNull ?? false
        return EventLine(topic: topic, key: isKeyless ? nil : given ?? Array(id.utf8), value: bytes)
    }

    private func isEvent(_ value: JSONValue) -> Bool {
        value["op"] != nil || value["schema"] != nil && value["payload"] != nil
    }

    /// The record as a snapshot's event.
    private func wrapped(_ record: JSONValue, table: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("op")
        writer.string("r")
        writer.key("ts_ms")
        writer.integer(now)
        writer.key("source")
        writer.beginObject()
        writer.key("system")
        writer.string("business-central")
        if let company {
            writer.key("company")
            writer.string(company)
        }
        writer.key("table")
        writer.string(table)
        writer.endObject()
        writer.key("before")
        writer.null()
        writer.key("after")
        writer.value(record)
        writer.endObject()
        return writer.bytes
    }

    /// A key as a producer would write it: texts as they are, objects as JSON.
    private func keyBytes(_ key: JSONValue?) throws(EventLine.Problem) -> [UInt8]? {
        guard let key, !key.isNull else { return nil }
        if let text = key.string { return Array(text.utf8) }
        guard key.kind == .object else { throw EventLine.Problem(reason: "\"key\" is neither a text nor an object") }
        return key.withRawBytes { Array($0) }
    }

    private func recordID(_ event: [UInt8], key: [UInt8]?) throws(EventLine.Problem) -> String {
        let keyID = key.flatMap { key in
            key.withUnsafeBytes { ChangeEvent.keyID($0, using: keyDocument) }
        }
        do {
            let value = try eventDocument.parse(event)
            // Whether a company is missing is for the worker to say, which may have one set.
            let event = try ChangeEvent(value, keyID: keyID, defaultCompany: company ?? "-")
            if let flaw = event.flaw { throw EventLine.Problem(reason: flaw.message) }
            return event.id
        } catch let problem as EventLine.Problem {
            throw problem
        } catch let error as ChangeEvent.Malformed {
            throw EventLine.Problem(reason: error.reason)
        } catch {
            throw EventLine.Problem(reason: "\(error)")
        }
    }
}
