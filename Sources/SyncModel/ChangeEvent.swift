// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A change event of Business Central, read from a record of a change topic.
public struct ChangeEvent {
    /// What happened to the record.
    public enum Kind: Sendable, Hashable {
        /// Created, changed, or read by a snapshot.
        case upsert
        /// Deleted.
        case delete
    }

    /// Why an event cannot be read: it goes to the dead letters with this sentence.
    public struct Malformed: Error, Sendable, Hashable {
        /// What is wrong, without any value of the record.
        public let reason: String

        /// Makes a reason.
        public init(_ reason: String) {
            self.reason = reason
        }
    }

    /// What happened.
    public var kind: Kind
    /// The record's id, lower-case.
    public var id: String
    /// The company.
    public var company: String
    /// The record's image after the change, of a delete the one before it; nil where a delete has none.
    public var image: JSONValue?
    /// The record's version; without the times that are none.
    public var version: RecordVersion
    /// A time that is none, by which the record cannot be ordered: it fails, naming the member.
    public var flaw: RecordError?

    /// Reads an event in canonical form or as Debezium writes it, also wrapped with its schema.
    ///
    /// - Parameters:
    ///   - root: the value of the record.
    ///   - keyID: the id that the record's key names; nil where it names none.
    ///   - defaultCompany: the company of events that name none.
    /// - Throws: `Malformed`.
    public init(_ root: JSONValue, keyID: String?, defaultCompany: String?) throws(Malformed) {
        guard root.kind == .object else { throw Malformed("the value is no JSON object") }
        var event = root
        if let payload = root["payload"], root["schema"] != nil { event = payload }
        guard event.kind == .object else { throw Malformed("the payload is no JSON object") }
        guard let op = event["op"]?.string else { throw Malformed("no \"op\"; allowed are c, u, d and r") }
        switch op {
        case "c", "u", "r": kind = .upsert
        case "d": kind = .delete
        default: throw Malformed("unknown \"op\" of \(op.utf8.count) bytes; allowed are c, u, d and r")
        }
        let found = kind == .upsert ? event["after"] : event["before"]
        image = found.flatMap { $0.kind == .object ? $0 : nil }
        if kind == .upsert, image == nil { throw Malformed("no \"after\" image, which op \(op) needs") }
        id = try ChangeEvent.recordID(image: image, keyID: keyID)
        let source = event["source"].flatMap { $0.isNull ? nil : $0 }
        if let source, source.kind != .object { throw Malformed("\"source\" is no JSON object") }
        if let company = source?["company"], !company.isNull, company.string == nil {
            throw Malformed("\"company\" in \"source\" is no text")
        }
        // An empty name is none.
        let named = source?["company"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        guard let company = named ?? defaultCompany, !company.isEmpty else {
            throw Malformed("no company in \"source\", and SYNC_COMPANY is not set")
        }
        guard company.utf8.count <= 120 else { throw Malformed("the company's name is longer than 120 bytes") }
        self.company = company
        version = RecordVersion(
            sequence: source?["sequence"]?.int64,
            modifiedAt: kind == .upsert ? image?["lastModifiedDateTime"]?.string : nil,
            eventAt: 0
        )
        takeTime(event["ts_ms"].flatMap { $0.isNull ? nil : $0 } ?? source?["ts_ms"])
        guard kind == .upsert, let member = image?["lastModifiedDateTime"], !member.isNull else { return }
        if let text = version.modifiedAt, text.isEmpty || ChangeEvent.isTime(text) { return }
        version.modifiedAt = nil
        flaw = .permanent(ChangeEvent.flawCode, "property \"lastModifiedDateTime\" is no time of the years 0 to 9999")
    }

    /// The code of records whose event has a time that is none.
    public static let flawCode = "WrongTime"

    /// The last moment of the year 9999, in milliseconds since 1970.
    private static let lastMoment: Int64 = 253_402_300_799_999

    private mutating func takeTime(_ member: JSONValue?) {
        guard let member, !member.isNull else { return }
        if let time = member.int64, (0...ChangeEvent.lastMoment).contains(time) {
            version.eventAt = time
        } else {
            flaw = .permanent(ChangeEvent.flawCode, "\"ts_ms\" is no time in milliseconds since 1970")
        }
    }

    /// Whether a text is a time, also one without an offset, which orders nothing and does no harm.
    private static func isTime(_ text: String) -> Bool {
        Timestamp.microseconds(text) != nil || Timestamp.microseconds(text + "Z") != nil
    }

    /// When the source of an event, also of one wrapped with its schema, says that the change was made.
    ///
    /// In milliseconds since 1970; nil where it does not say.
    public static func time(_ root: JSONValue) -> Int64? {
        let event = root["schema"] != nil ? root["payload"] ?? root : root
        let time = event["ts_ms"]?.int64 ?? event["source"]?["ts_ms"]?.int64
        return time.flatMap { (0...lastMoment).contains($0) ? $0 : nil }
    }

    /// The member that names a record: `systemId`, or `id` where that is missing or null; nil where both are.
    public static func idMember(of image: JSONValue) -> JSONValue? {
        if let member = image["systemId"], !member.isNull { return member }
        return image["id"].flatMap { $0.isNull ? nil : $0 }
    }

    private static func recordID(image: JSONValue?, keyID: String?) throws(Malformed) -> String {
        guard let member = image.flatMap(idMember) else {
            guard let keyID else { throw Malformed("no record id in key or image") }
            return keyID
        }
        if let keyID, member.stringEquals(keyID), keyID != blankID { return keyID }
        guard let id = member.string.flatMap(NamedUUID.canonical) else { throw Malformed("the record's id is no UUID") }
        if id == blankID { throw Malformed("the record's id is all zeros") }
        if let keyID, keyID != id { throw Malformed("key and image name different ids") }
        return id
    }

    /// The id that stands for none.
    public static let blankID = "00000000-0000-0000-0000-000000000000"

    /// The record id that a key names: a UUID as text or as JSON text, or an object with `systemId` or `id`; text also in
    /// braces, the latter two also wrapped with their schema.
    ///
    /// Other keys name none; they are accepted, since the image has the id too.
    public static func keyID(_ key: UnsafeRawBufferPointer?, using document: JSONDocument) -> String? {
        guard let key, key.count >= 36 else { return nil }
        if key.count == 36 || key.count == 38, let id = named(String(decoding: key, as: UTF8.self)) { return id }
        guard let root = try? document.parse(key) else { return nil }
        var value: JSONValue? = root
        if root.kind == .object {
            let payload = root["schema"] != nil ? root["payload"] ?? root : root
            value = payload.kind == .object ? idMember(of: payload) : payload
        }
        return value?.string.flatMap(named)
    }

    /// The UUID that a text is, also in braces.
    private static func named(_ text: String) -> String? {
        guard text.utf8.count == 38, text.hasPrefix("{"), text.hasSuffix("}") else { return NamedUUID.canonical(text) }
        return NamedUUID.canonical(String(text.dropFirst().dropLast()))
    }
}
