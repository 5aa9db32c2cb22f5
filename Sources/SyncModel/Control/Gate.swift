// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import JSON

/// Whether a worker reads its change topics, as `sync.control` says.
package struct Gate: Sendable, Equatable {
    static let keyBeginning = "gate/"

    /// The worker.
    package let worker: String
    /// Whether it reads them.
    package var isOpen: Bool
    /// Why it is closed; nil while it is open.
    package var reason: String?
    /// The mappings whose backlog keeps it closed.
    package var waitsFor: [String]
    /// When it was opened or closed, in milliseconds since 1970; nil where it was never told.
    package var sinceMs: Int64?

    /// The key of its record.
    package var key: String { Self.keyBeginning + worker }

    /// Writes the record, which is also what the JSON API shows.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("type", "gate")
            writer.member("worker", worker)
            writer.member("open", isOpen)
            writer.member("reason", reason)
            writer.array("waitsFor", waitsFor) { $0.string($1) }
            writer.member("since", sinceMs.map { Timestamp.text(milliseconds: $0) })
        }
    }

    /// Reads a record; nil where it is none.
    init?(worker: String, _ value: JSONValue) {
        guard let isOpen = value["open"]?.bool else { return nil }
        self.worker = worker
        self.isOpen = isOpen
        reason = value["reason"]?.string
        waitsFor = value["waitsFor"]?.elements.compactMap(\.string) ?? []
        sinceMs = (value["since"]?.string).flatMap(Timestamp.microseconds).map { $0 / 1_000 }
    }

    /// Makes a gate.
    package init(worker: String, isOpen: Bool, reason: String? = nil, waitsFor: [String] = [], sinceMs: Int64?) {
        self.worker = worker
        self.isOpen = isOpen
        self.reason = reason
        self.waitsFor = waitsFor
        self.sinceMs = sinceMs
    }
}
