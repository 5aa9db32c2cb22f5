// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncEngine
import SyncModel

/// Takes an engine's effects and checks each: coupling records that can be read and count on, one change a state of them.
final class CheckingSink: EffectSink {
    /// What became of the record at hand.
    private(set) var deadLetters = 0
    private(set) var forwards = 0
    private(set) var counted = 0
    /// Changes since the last coupling record of each pair: the record that tells of them must follow.
    private(set) var unrecorded: Set<String> = []
    /// Coupling records by pair, as a changelog keeps them.
    private(set) var couplings: [String: [UInt8]] = [:]
    private(set) var changeIDs: Set<String> = []
    /// What was recorded since the state was restored; nil: a tombstone.
    private(set) var touched: [String: [UInt8]?] = [:]
    private var writer = JSONWriter()
    private let document = JSONDocument(maximumBytes: 16 << 20, maximumDepth: Coupling.maximumDepth)

    /// Forgets what became of the record before.
    func begin() {
        deadLetters = 0
        forwards = 0
        counted = 0
    }

    /// Goes back to what was there at a moment.
    func restore(couplings: [String: [UInt8]], changeIDs: Set<String>) {
        self.couplings = couplings
        self.changeIDs = changeIDs
        unrecorded = []
        touched = [:]
    }

    func publish(_ change: OutboundChange) throws {
        expect(changeIDs.insert(change.changeID).inserted, "a change is published twice")
        writer.removeAll()
        change.write(to: &writer)
        let written = try writer.withBytes { bytes throws(JSONError) in try document.parse(bytes) }
        expect(written["changeId"]?.string == change.changeID, "a change does not name itself")
        expect(written["pairKey"]?.string == change.pairKey.description, "a change does not name its pair")
        unrecorded.insert(change.pairKey.description)
    }

    func record(coupling: UnsafeRawBufferPointer?, pairKey: String, partition: Int32) throws {
        unrecorded.remove(pairKey)
        let previous = couplings[pairKey]
        guard let bytes = coupling else {
            couplings[pairKey] = nil
            touched[pairKey] = .some(nil)
            return
        }
        let coupling = try Coupling(try document.parse(bytes))
        expect(coupling.pairKey.description == pairKey, "a coupling names another pair")
        writer.removeAll()
        coupling.write(to: &writer)
        expect(writer.bytes == Array(bytes), "a coupling is not the same when it was read and written")
        if let previous {
            let known = try Coupling(try document.parse(previous))
            expect(coupling.revision > known.revision, "revision \(coupling.revision) after \(known.revision)")
        }
        couplings[pairKey] = Array(bytes)
        touched[pairKey] = Array(bytes)
    }

    func forward(_ record: InputRecord, to partition: Int32, key: String) {
        expect(partition != record.partition, "forwarded to where it was")
        forwards += 1
    }

    func reroute(_ record: InputRecord, to partition: Int32) {
        expect(partition != record.partition, "sent to where it was")
        forwards += 1
    }

    func deadLetter(_ record: InputRecord, errorClass: ErrorClass, reason: String) {
        expect(!reason.isEmpty && errorClass == .malformed, "a dead letter without a reason")
        expect(!reason.utf8.contains { $0 < 0x20 }, "a reason of several lines")
        deadLetters += 1
    }

    func count(_ result: RecordResult, mapping: String) { counted += 1 }
    func countClockDisagreement() {}
}
