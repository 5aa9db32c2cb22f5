// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncEngine
import SyncModel
import Telemetry

/// The stages of each record as lines at level debug.
///
/// Names, places and ids only: what `syncctl explain` says of the record is found in the log by its id or its trace.
extension TransactionSink {
    var isTracing: Bool { telemetry.log.level <= .debug }

    func trace(_ step: TraceStep) {
        var fields: [(String, LogValue)] = [
            ("stage", .string(step.stage.rawValue)), ("sync.mapping", .string(step.pair.mapping)),
            ("sync.id", .string(step.pair.id)),
        ]
        if let causation = step.causation {
            fields += place(causation.topic, causation.partition, causation.offset, causation.traceparent)
        }
        if let change = step.changeID { fields.append(("change.id", .string(change))) }
        if let reference = step.reference {
            fields.append(("waits.for", .string(reference.mapping)))
            fields.append(("waits.reason", .string(reference.reason.rawValue)))
        }
        if let error = step.error {
            fields.append(("error.class", .string(error.errorClass.rawValue)))
            fields.append(("error.code", .string(error.code)))
        }
        telemetry.log.debug("record", fields)
    }

    /// The line of an event that its home gets; which mapping takes it is decided there.
    func traceForwarded(_ record: InputRecord, to partition: Int32, id: String) {
        let fields: [(String, LogValue)] = [
            ("stage", .string("forwarded")), ("sync.id", .string(id)), ("partition.home", .integer(Int64(partition))),
        ]
        telemetry.log.debug(
            "record",
            fields + place(record.topic, record.partition, record.offset, record.traceparent)
        )
    }

    /// Where an event lies, and the trace that it belongs to.
    func place(
        _ topic: String,
        _ partition: Int32,
        _ offset: Int64,
        _ traceparent: String?
    ) -> [(String, LogValue)] {
        let place: [(String, LogValue)] = [
            ("kafka.topic", .string(topic)), ("kafka.partition", .integer(Int64(partition))),
            ("kafka.offset", .integer(offset)),
        ]
        return place + (TraceContext.traceID(of: traceparent).map { [("trace.id", .string($0))] } ?? [])
    }
}
