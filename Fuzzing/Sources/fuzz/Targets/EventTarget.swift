// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel
import SyncTestSupport

/// Change events, canonical and as Debezium writes them, through the engine with all mappings and rules.
///
/// An input has an event a line: the letter of its entity, then its value; a line that begins with `K` is the next one's key.
final class EventTarget: FuzzTarget {
    private static let company = "CRONUS International Ltd."
    private let worker: FuzzedWorker
    private let document = JSONDocument(maximumDepth: 64)
    private let keyDocument = JSONDocument(maximumBytes: 4_096, maximumDepth: 8)

    init() throws {
        worker = try FuzzedWorker(isConfirmed: false)
        for event in try DemoPart.events() {
            try event.value?.withUnsafeBytes { try worker.take(event.entity, key: nil, value: $0) }
        }
        try worker.keepState()
    }

    func take(_ input: UnsafeRawBufferPointer) throws {
        var key: UnsafeRawBufferPointer?
        for line in input.split(separator: UInt8(ascii: "\n"), maxSplits: 15) {
            guard let letter = line.first else { continue }
            let rest = UnsafeRawBufferPointer(rebasing: line.dropFirst())
            if letter == UInt8(ascii: "K") {
                key = rest
                continue
            }
            let entity = DemoPart.entities[Int(letter &- UInt8(ascii: "a")) % DemoPart.entities.count]
            look(at: rest, key: key)
            // A line without a value is a tombstone.
            try worker.take(entity, key: key, value: rest.isEmpty ? nil : rest)
            key = nil
        }
        try worker.compareState()
        try worker.goBack()
    }

    /// What is read of an event is what later stages rely on.
    private func look(at value: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer?) {
        let keyID = ChangeEvent.keyID(key, using: keyDocument)
        if let keyID { expect(NamedUUID.isUUID(keyID) && keyID == keyID.lowercased(), "a key's id is no UUID") }
        guard let root = try? document.parse(value),
            let event = try? ChangeEvent(root, keyID: keyID, defaultCompany: Self.company)
        else { return }
        expect(NamedUUID.isUUID(event.id) && event.id == event.id.lowercased(), "an event's id is no UUID")
        expect(keyID == nil || keyID == event.id, "key and event name different records")
        expect(!event.company.isEmpty && event.company.utf8.count <= 120, "a company without name, or too long")
        expect(event.kind == .delete || event.image != nil, "a change without image")
        expect((0...253_402_300_799_999).contains(event.version.eventAt), "a time out of range")
        if let time = event.version.modifiedAt, !time.isEmpty {
            expect(
                Timestamp.microseconds(time) ?? Timestamp.microseconds("\(time)Z") != nil,
                "a time that is none orders a record"
            )
        }
        if let time = ChangeEvent.time(root) { expect((0...253_402_300_799_999).contains(time), "a time out of range") }
    }
}
