// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

extension SyncEngine {
    /// Takes one record of the worker's inbox: a forwarded event, a delivery result or an operator's command.
    ///
    /// What cannot be read is a dead letter.
    public func processInbox(_ record: InputRecord) throws {
        guard let value = record.value else { return }
        let root: JSONValue
        do {
            root = try inboxDocument.parse(value)
        } catch {
            return try sink.deadLetter(record, errorClass: .malformed, reason: error.description)
        }
        switch root["type"]?.string {
        case "forwarded": try takeForwarded(root, record)
        case "result": try takeResult(root, record)
        case "command": try takeCommand(root, record)
        default:
            let reason = "unknown inbox \"type\"; known are forwarded, result and command"
            try sink.deadLetter(record, errorClass: .malformed, reason: reason)
        }
    }

    private func takeForwarded(_ root: JSONValue, _ record: InputRecord) throws {
        guard let topic = root["topic"]?.string, let entity = InboxLimits.entity(ofTopic: topic),
            let partition = root["partition"]?.int64.flatMap({ Int32(exactly: $0) }),
            let offset = root["offset"]?.int64, let value = root["value"]
        else {
            return try sink.deadLetter(record, errorClass: .malformed, reason: "a forwarded event without its origin")
        }
        let key = root["key"]?.string.map { Array($0.utf8) } ?? root["keyHex"]?.string.flatMap(Hexadecimal.bytes)
        let bytes: [UInt8]? = value.isNull ? nil : value.withRawBytes { Array($0) }
        try (key ?? []).withUnsafeBytes { keyBytes in
            try (bytes ?? []).withUnsafeBytes { valueBytes in
                var forwarded = InputRecord(
                    topic: topic,
                    entity: entity,
                    partition: partition,
                    offset: offset,
                    timestamp: root["timestamp"]?.int64 ?? record.timestamp,
                    key: key == nil ? nil : keyBytes,
                    value: bytes == nil ? nil : valueBytes,
                    traceparent: record.traceparent
                )
                forwarded.isForwarded = true
                try process(forwarded)
            }
        }
    }

    /// Whether the record lies in its pair's partition; one with a foreign partitioner is sent there (I4).
    private func isAtHome(_ pairKey: String, _ record: InputRecord) throws -> Bool {
        guard let partition = try tables.load(pairKey)?.partition, partition != record.partition else { return true }
        try sink.reroute(record, to: partition)
        return false
    }

    private func takeResult(_ root: JSONValue, _ record: InputRecord) throws {
        guard let pairKey = root["pairKey"]?.string, let changeID = root["changeId"]?.string,
            let told = root["status"]?.string, ["applied", "failed", "conflict"].contains(told)
        else {
            let reason = "a delivery result without pair, change or status"
            return try sink.deadLetter(record, errorClass: .malformed, reason: reason)
        }
        guard try isAtHome(pairKey, record) else { return }
        guard let (known, partition) = try tables.load(pairKey), let inFlight = known.inFlight,
            inFlight.changeID == changeID, let active = mappings[known.mapping]
        else { return }
        var coupling = known
        coupling.inFlight = nil
        let error = root["error"].flatMap { $0.kind == .object ? $0 : nil }
        let code = error?["code"]?.string
        let isOwnDuplicate = inFlight.operation == .create && code == DataverseRefusal.duplicateID
        let isSoAlready = code.map { DataverseRefusal.isDoneAlready($0, for: inFlight.operation) } ?? false
        // The trace of the event whose change it was, where nothing newer has come meanwhile.
        let causation = known.waiting.flatMap { $0.causation.path == inFlight.causation ? $0.causation : nil }
        let refusal = told == "applied" ? try refusedRow(root, for: known, of: inFlight, active) : nil
        let isTold = told == "applied" && refusal == nil
        let isApplied = isTold || isSoAlready || isOwnDuplicate
        trace(isApplied ? .confirmed : .refused, known, causation, changeID: changeID)
        if isTold || isSoAlready {
            takeIdentities(root, into: &coupling, of: inFlight, active)
            coupling.hasMoved()
            apply(inFlight.operation, to: &coupling, rule: active.rule) { base in
                for (column, value) in inFlight.values { base[column] = value }
            }
            try goOn(&coupling, active, partition: partition)
        } else if isOwnDuplicate {
            // The row with our id is there: an earlier create was applied and its result lost. What it holds is unknown.
            apply(.create, to: &coupling, rule: active.rule) { _ in }
            try goOn(&coupling, active, partition: partition)
        } else if let code, inFlight.operation == .update, DataverseRefusal.goneRow.contains(code),
            hasTakenOver(coupling)
        {
            // The row of a deleted record, which somebody deleted in the target too.
            coupling.forgetRow()
            try goOn(&coupling, active, partition: partition)
        } else {
            let reported = refusal ?? reportedError(error)
            if DataverseRefusal.isReferencedRow(reported, for: inFlight.operation), coupling.waiting?.wish == .delete {
                postponeDelete(&coupling, reported)
                return try save(&coupling, replacing: known.known, partition: partition)
            }
            coupling.hasStayed()
            let isSkipped = coupling.state == .skipped
            sink.count(fail(&coupling, reported), mapping: coupling.mapping)
            if isSkipped { coupling.state = .skipped }
            coupling.exists = exists(coupling, rule: active.rule)
            let isNewer = coupling.waiting.map { $0.causation.path != inFlight.causation } ?? false
            if isNewer, coupling.state == .failed {
                try goOn(&coupling, active, partition: partition)
            } else if reported.errorClass == .dependency, coupling.state == .failed {
                try awaitReferences(of: &coupling, active)
            } else if ClaimedRow.isCause(of: reported), coupling.state == .failed, coupling.failures == 1 {
                // Another instance's record may have left the row meanwhile, and that has been read already.
                enqueue(coupling.pairKey.description)
            }
        }
        try save(&coupling, replacing: known.known, partition: partition, after: causation)
    }

    /// What a result says of a refusal, at a bounded length.
    private func reportedError(_ error: JSONValue?) -> RecordError {
        RecordError(
            error?["class"]?.string.flatMap(ErrorClass.init(rawValue:)) ?? .permanent,
            code: String((error?["code"]?.string ?? "").prefix(InboxLimits.codeLength)),
            message: String((error?["message"]?.string ?? "").prefix(InboxLimits.messageLength))
        )
    }

    /// Lets a change that the target refused for a missing row wait for what it refers to.
    ///
    /// A reference that is known to be gone makes it wait as any other does. Where all still seem to be there, the other
    /// worker's word is still on its way: the record is failed, and tried again when one of them comes anew.
    private func awaitReferences(of coupling: inout Coupling, _ active: ActiveMapping) throws {
        guard let waiting = coupling.waiting, waiting.wish == .upsert else { return }
        let image = try imageDocument.parse(waiting.image)
        let evaluation: Evaluation
        do {
            evaluation = try evaluate(coupling, active, image: image, eventAt: waiting.causation.eventAt)
        } catch is RecordError {
            return
        }
        guard !evaluation.missing.isEmpty else {
            coupling.waiting?.waitsFor = evaluation.used
            return
        }
        coupling.waiting?.waitsFor = evaluation.missing
        coupling.state = coupling.crm.isCreated ? .coupled : .waiting
        coupling.error = nil
    }

    /// Publishes the next step of a change, or what was merged behind it.
    private func goOn(_ coupling: inout Coupling, _ active: ActiveMapping, partition: Int32) throws {
        if coupling.state == .pending { coupling.state = .coupled }
        // What came meanwhile and cannot be ordered waits for a better event or a command.
        let isFlawed = coupling.state == .failed && coupling.error?.code == ChangeEvent.flawCode
        guard coupling.waiting != nil, !isFlawed else { return }
        let result = try advance(&coupling, active, partition: partition)
        if result == .failed { sink.count(result, mapping: coupling.mapping) }
    }

    private func takeCommand(_ root: JSONValue, _ record: InputRecord) throws {
        guard let pairKey = root["pairKey"]?.string, let command = root["command"]?.string,
            ["retry", "skip", "restore"].contains(command)
        else {
            let reason = "a command without pair, or not one of retry, skip and restore"
            return try sink.deadLetter(record, errorClass: .malformed, reason: reason)
        }
        guard try isAtHome(pairKey, record) else { return }
        guard let (known, partition) = try tables.load(pairKey), let active = mappings[known.mapping] else { return }
        var coupling = known
        trace(.commanded, known, known.waiting?.causation)
        switch command {
        case "skip":
            guard ![.broken, .deleted, .filtered].contains(known.state) else { return }
            coupling.state = .skipped
        default:
            guard known.state == .failed || known.state == .skipped || known.isDeletePostponed else { return }
            coupling.state = known.crm.isCreated ? .coupled : .waiting
            coupling.failures = 0
            coupling.takeUpAnew()
            let eventAt = coupling.waiting?.causation.eventAt ?? record.timestamp
            coupling.waiting?.causation = Causation(
                topic: record.topic,
                partition: record.partition,
                offset: record.offset,
                eventAt: eventAt,
                traceparent: record.traceparent
            )
            let result = try advance(&coupling, active, partition: partition)
            sink.count(result, mapping: coupling.mapping)
        }
        try save(&coupling, replacing: known.known, partition: partition, after: known.waiting?.causation)
    }
}
