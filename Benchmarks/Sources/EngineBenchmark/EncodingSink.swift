// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncEngine
import SyncModel

/// Encodes effects into bytes, as the worker does before it hands them to Kafka, and lets go of them.
final class EncodingSink: EffectSink {
    /// Bytes of the changes so far, their headers included.
    private(set) var outboundBytes = 0
    /// Bytes of the coupling records so far, their keys included.
    private(set) var couplingBytes = 0
    /// Outbound changes so far.
    private(set) var changes = 0
    /// Events that were no good: none, or the benchmark measures something else.
    private(set) var refused = 0
    /// Coupling records, where somebody wants them.
    var onCoupling: ((_ pairKey: String, _ record: UnsafeRawBufferPointer, _ partition: Int32) throws -> Void)?
    private var writer = JSONWriter(reserving: 4_096)

    func publish(_ change: OutboundChange) throws {
        writer.removeAll()
        change.write(to: &writer)
        outboundBytes += writer.count
        let headers = [
            change.changeID, change.mapping, change.operation.rawValue, change.pairKey.description,
            SyncModel.Timestamp.text(milliseconds: change.causation.eventAt),
        ]
        for header in headers { outboundBytes += header.utf8.count }
        changes += 1
    }

    func record(coupling: UnsafeRawBufferPointer?, pairKey: String, partition: Int32) throws {
        guard let coupling else { return }
        couplingBytes += coupling.count + pairKey.utf8.count
        try onCoupling?(pairKey, coupling, partition)
    }

    func forward(_ record: InputRecord, to partition: Int32, key: String) throws { refused += 1 }
    func reroute(_ record: InputRecord, to partition: Int32) {}

    func deadLetter(_ record: InputRecord, errorClass: ErrorClass, reason: String) throws { refused += 1 }
    func count(_ result: RecordResult, mapping: String) {}
    func countClockDisagreement() {}
}
