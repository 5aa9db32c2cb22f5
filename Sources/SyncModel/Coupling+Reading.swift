// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import JSON

extension Coupling {
    /// Why a coupling record could not be read.
    public struct Unreadable: Error, Sendable {
        /// The member that is missing or wrong.
        public let member: String

        /// Names the member.
        public init(member: String) {
            self.member = member
        }
    }

    /// Reads a record as it stands on `sync.couplings.<worker>`.
    ///
    /// - Throws: `Unreadable`, naming the member that is missing or wrong.
    public init(_ json: JSONValue) throws(Unreadable) {
        guard let mapping = json["mapping"]?.string else { throw Unreadable(member: "mapping") }
        guard let company = json["company"]?.string else { throw Unreadable(member: "company") }
        let text = json["pairKey"]?.string
        guard let pairKey = text.flatMap({ PairKey($0, mapping: mapping, company: company) }) else {
            throw Unreadable(member: "pairKey")
        }
        guard let state = json["state"]?.string.flatMap(State.init(rawValue:)) else {
            throw Unreadable(member: "state")
        }
        guard let bc = json["bc"].flatMap(Source.init) else { throw Unreadable(member: "bc") }
        guard let crm = json["crm"].flatMap(Target.init) else { throw Unreadable(member: "crm") }
        self.init(pairKey, document: json["document"]?.string, state: state, bc: bc, crm: crm)
        exists = json["exists"]?.bool ?? false
        revision = json["revision"]?.int64 ?? 0
        base = json["base"].map { AgreedValues($0) } ?? [:]
        inFlight = InFlight(json)
        failures = Int(json["failures"]?.int64 ?? 0)
        tries = json["tries"]?.int64.map { Int($0) } ?? failures
        error = json["error"].flatMap(RecordError.init)
        waiting = json["waiting"].flatMap(Waiting.init)
        follows = json["follows"].flatMap(Waiting.init)
        emitted.causation = json["emitted"]?["causation"]?.string ?? ""
        if let counts = json["emitted"], !emitted.causation.isEmpty {
            for (name, count) in counts.members {
                guard let operation = Operation(rawValue: name) else { continue }
                emitted.counts[Emitted.index(of: operation)] = Int32(truncatingIfNeeded: count.int64 ?? 0)
            }
        }
        createdAt = json["createdAt"].milliseconds
        updatedAt = json["updatedAt"].milliseconds
    }
}

extension Coupling.Source {
    init?(_ json: JSONValue) {
        guard let entity = json["entity"]?.string, let id = json["id"]?.string else { return nil }
        self.init(
            entity: entity,
            id: id,
            key: json["key"]?.string,
            version: RecordVersion(
                sequence: json["sequence"]?.int64,
                modifiedAt: json["modifiedAt"]?.string,
                eventAt: json["eventAt"]?.int64 ?? 0
            ),
            facts: json["facts"]?.texts ?? [:]
        )
    }
}

extension Coupling.Target {
    init?(_ json: JSONValue) {
        guard let entity = json["entity"]?.string, let id = json["id"]?.string else { return nil }
        self.init(entity: entity, id: id, etag: json["etag"]?.string, isCreated: json["created"]?.bool ?? false)
        guard let related = json["related"], related.kind == .object else { return }
        for (role, row) in related.members {
            guard let entity = row["entity"]?.string, let id = row["recordId"]?.string else { continue }
            self.related[role] = Coupling.Related(entity: entity, id: id)
        }
    }
}

extension Coupling.InFlight {
    init?(_ json: JSONValue) {
        guard let changeID = json["inFlight"]?.string, let note = json["inFlightValues"],
            let operation = note["operation"]?.string.flatMap(Operation.init(rawValue:)),
            let causation = note["causation"]?.string
        else { return nil }
        self.init(changeID: changeID, operation: operation, causation: causation, values: [:])
        guard let values = note["values"], values.kind == .object else { return }
        for (column, value) in values.members { self.values.updateValue(value.string, forKey: column) }
    }
}

extension RecordError {
    init?(_ json: JSONValue) {
        guard let errorClass = json["class"]?.string.flatMap(ErrorClass.init(rawValue:)) else { return nil }
        self.init(errorClass, code: json["code"]?.string ?? "", message: json["message"]?.string ?? "")
    }
}

extension Waiting {
    init?(_ json: JSONValue) {
        guard let cause = json["causation"], let topic = cause["topic"]?.string,
            let wish = json["change"]?["wish"]?.string.flatMap(Wish.init(rawValue:))
        else { return nil }
        let image = json["change"]?["image"]
        self.init(
            since: json["since"].milliseconds,
            causation: Causation(
                topic: topic,
                partition: Int32(truncatingIfNeeded: cause["partition"]?.int64 ?? 0),
                offset: cause["offset"]?.int64 ?? 0,
                eventAt: cause["eventAt"]?.int64 ?? 0,
                traceparent: cause["traceparent"]?.string
            ),
            wish: wish,
            image: image.map { $0.isNull ? [] : $0.withRawBytes { Array($0) } } ?? []
        )
        isDeferred = json["deferred"]?.bool ?? false
        guard let references = json["waitsFor"], references.kind == .array else { return }
        for reference in references.elements {
            guard let mapping = reference["mapping"]?.string, let key = reference["key"]?.string,
                let reason = reference["reason"]?.string.flatMap(Reason.init(rawValue:))
            else { continue }
            waitsFor.append(
                Reference(
                    mapping: mapping,
                    key: key,
                    reason: reason,
                    detail: reference["detail"]?.string,
                    otherKey: reference["otherKey"]?.string
                )
            )
        }
    }
}

extension JSONValue {
    /// The members that are texts.
    var texts: [String: String] {
        guard kind == .object else { return [:] }
        var result: [String: String] = [:]
        result.reserveCapacity(count)
        for (name, value) in members { result[name] = value.string }
        return result
    }
}

extension Optional where Wrapped == JSONValue {
    var milliseconds: Int64 {
        (self?.string.flatMap(Timestamp.microseconds) ?? 0) / 1_000
    }
}
