// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// Lines that come after their document was closed.
extension SyncEngine {
    /// Opens a closed document for a line of it; it is closed again once the line is there.
    ///
    /// Nothing says how many lines a document has, so their amounts may add up before the last one has come.
    /// - Returns: whether it is open now; with confirmed delivery that comes later.
    func reopen(_ reference: Waiting.Reference, for line: Coupling) throws -> Bool {
        let pair = PairKey(mapping: reference.mapping, company: line.company, id: reference.key)
        guard let active = mappings[reference.mapping], let open = active.rule.openState,
            let (known, partition) = try tables.load(pair.description), ownedPartitions.contains(partition),
            known.state == .coupled, known.inFlight == nil, known.waiting?.wish ?? .upsert == .upsert,
            var waiting = known.waiting ?? closing(known)
        else { return false }
        var document = known
        waiting.waitsFor = [.init(mapping: line.mapping, key: "\(reference.key)/*", reason: .waiting)]
        waiting.isDeferred = true
        document.waiting = waiting
        try emit(.setState, open.columns, &document, waiting, rule: active.rule, partition: partition)
        try save(&document, replacing: known.known, partition: partition)
        return document.inFlight == nil
    }

    /// What closes a document again: the facts that its last event has left, by which its state is judged.
    private func closing(_ document: Coupling) -> Waiting? {
        guard let causation = document.emitted.newest(eventAt: document.bc.version.eventAt) else { return nil }
        var writer = JSONWriter()
        writer.beginObject()
        for (property, text) in document.bc.facts.sorted(by: { $0.key < $1.key }) {
            writer.key(property)
            writer.string(text)
        }
        writer.endObject()
        return Waiting(since: now, causation: causation, wish: .upsert, image: writer.bytes)
    }
}

extension Coupling.Emitted {
    /// The newest causation, of an event of this time; nil where nothing was published.
    fileprivate func newest(eventAt: Int64) -> Causation? {
        let parts = causation.split(separator: "|")
        guard parts.count == 3, let partition = Int32(parts[1]), let offset = Int64(parts[2]) else { return nil }
        return Causation(
            topic: String(parts[0]),
            partition: partition,
            offset: offset,
            eventAt: eventAt,
            traceparent: nil
        )
    }
}
