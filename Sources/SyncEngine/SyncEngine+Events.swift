// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import JSON
import SyncModel

/// One record's event, at home and ready for its mapping.
struct Arrival {
    var kind: ChangeEvent.Kind
    var id: String
    var company: String
    var document: String?
    var entity: String
    var image: JSONValue?
    var version: RecordVersion
    var causation: Causation
    var partition: Int32
    /// It deletes what is known, whatever its version.
    var isTombstone = false
    /// Why the record cannot be taken in.
    var flaw: RecordError?
}

extension SyncEngine {
    /// Takes an event into its pair: judges its version, notes what the source now asks for, and goes on with it.
    ///
    /// - Returns: whether it was taken; not where something as new was seen already.
    /// - Throws: what the store or the sink throws.
    @discardableResult
    func handle(_ arrival: Arrival, _ active: ActiveMapping) throws -> Bool {
        let pair = PairKey(mapping: active.mapping.name, company: arrival.company, id: arrival.id)
        if isTracing { sink.trace(TraceStep(.received, pair, arrival.causation)) }
        var stored: Coupling?
        try tables.load(pair, into: &stored)
        let known = stored?.known
        var coupling = stored.take() ?? makeCoupling(pair, arrival, active.mapping)
        if known != nil, !arrival.isTombstone {
            let order = order(of: arrival, against: coupling)
            guard order == .newer else {
                sink.count(order == .stale ? .stale : .unchanged, mapping: active.mapping.name)
                if isTracing { sink.trace(TraceStep(order == .stale ? .stale : .unchanged, pair, arrival.causation)) }
                return false
            }
        }
        _ = try giveUpLostRow(&coupling)
        // As a whole: what the last one does not tell must not be taken from an older one, or older overwrites newer.
        coupling.bc.version = arrival.version
        var wish = Waiting.Wish.delete
        if arrival.kind == .upsert, let image = arrival.image {
            takeNames(of: image, into: &coupling, active)
            wish = active.admits(image) ? .upsert : .leave
            if coupling.state == .deleted || coupling.state == .broken {
                coupling.state = coupling.crm.isCreated ? .coupled : .waiting
                coupling.exists = exists(coupling, rule: active.rule)
            }
        }
        var waiting = Waiting(
            since: coupling.waiting?.since ?? now,
            causation: arrival.causation,
            wish: wish,
            image: []
        )
        waiting.waitsFor = coupling.waiting?.waitsFor ?? []
        let isRevoked = coupling.waiting?.wish == .delete && wish != .delete && coupling.inFlight == nil
        coupling.waiting = waiting
        coupling.follows = nil
        // A delete that was refused has left the row there.
        if isRevoked { coupling.exists = exists(coupling, rule: active.rule) }
        let result: RecordResult
        if let flaw = arrival.flaw, coupling.state != .skipped {
            result = fail(&coupling, flaw)
        } else {
            result = try advance(&coupling, active, image: arrival.image, partition: arrival.partition)
        }
        // Few changes wait or follow others, so only then is the image kept.
        if wish != .delete, let image = arrival.image {
            if coupling.waiting != nil { coupling.waiting?.image = image.withRawBytes { Array($0) } }
            if coupling.follows != nil { coupling.follows?.image = image.withRawBytes { Array($0) } }
        }
        try save(&coupling, replacing: known, partition: arrival.partition, after: arrival.causation)
        sink.count(result, mapping: active.mapping.name)
        return true
    }

    /// How the arriving version stands to the one seen last.
    private func order(of arrival: Arrival, against seen: Coupling) -> RecordVersion.Order {
        if arrival.kind == .upsert, arrival.version.disagrees(with: seen.bc.version) { sink.countClockDisagreement() }
        return arrival.version.order(
            against: seen.bc.version,
            isDelete: arrival.kind == .delete,
            seenWasDelete: seen.state == .deleted || seen.state == .broken || seen.waiting?.wish == .delete
        )
    }

    private func makeCoupling(_ pair: PairKey, _ arrival: Arrival, _ mapping: TableMapping) -> Coupling {
        var coupling = Coupling(
            pair,
            document: arrival.document,
            state: .waiting,
            bc: Coupling.Source(entity: arrival.entity, id: arrival.id, key: nil, version: arrival.version),
            crm: Coupling.Target(entity: mapping.dataverse.entitySet, id: NamedUUID.make(pair.description))
        )
        coupling.createdAt = now
        return coupling
    }

    /// Takes over the natural key and the facts that others need.
    ///
    /// A unique key is claimed later, when the record is about to be published; until then others see who waits for it,
    /// and the key that its row still has means it no more.
    private func takeNames(of image: JSONValue, into coupling: inout Coupling, _ active: ActiveMapping) {
        let properties = active.mapping.businessCentral.key
        let isFree = active.claimsNaturalKey && !coupling.crm.isCreated && coupling.inFlight == nil
        if !active.mapping.keyIsUnique || isFree || active.claimsNaturalKey, !properties.isEmpty,
            let key = PropertyReader.key(image, properties)
        {
            if isFree || !active.claimsNaturalKey {
                coupling.bc.key = key
            } else {
                coupling.bc.facts[RowClaim.wanted] = key == coupling.bc.key ? nil : key
            }
        }
        OwnerKey.take(image, into: &coupling, active.mapping)
        for property in active.rule.factProperties(of: coupling.bc.key, settings) {
            guard let value = image[property], !PropertyReader.isUntold(value) else { continue }
            coupling.bc.facts[property] = value.string ?? (value.isNull ? nil : value.rawText)
        }
    }

    /// Takes the lines that stand in their document's event; each is a record with its own coupling.
    func takeLines(of event: ChangeEvent, _ active: ActiveMapping, partition: Int32, causation: Causation) throws {
        let table = active.mapping.businessCentral
        guard let property = table.embeddedIn?.property else { return }
        guard event.kind == .upsert, let image = event.image else {
            return try endLines(
                of: event.id,
                company: event.company,
                version: event.version,
                active,
                partition: partition
            )
        }
        guard let lines = image[property], lines.kind == .array, isInsideFilter(image, of: table.embeddedIn?.entity)
        else {
            return
        }
        for line in lines.elements where line.kind == .object {
            try takeLine(line, of: event, active, partition: partition, causation: causation)
        }
        for text in try derivedLines(of: image, entity: table.embeddedIn?.entity) {
            let line = try lineDocument.parse(Array(text.utf8))
            try takeLine(line, of: event, active, partition: partition, causation: causation)
        }
    }

    /// Lines that the document's rule derives; none where it cannot, since then the document itself has failed.
    private func derivedLines(of image: JSONValue, entity: String?) throws -> [String] {
        do {
            return try documentRule(entity)?.derivedLines(of: image) ?? []
        } catch is RecordError {
            return []
        }
    }

    private func takeLine(
        _ line: JSONValue,
        of event: ChangeEvent,
        _ active: ActiveMapping,
        partition: Int32,
        causation: Causation
    ) throws {
        // A line that needs an id and has none has failed its document.
        guard let id = DocumentLines.id(of: line, document: event.id) else { return }
        let arrival = Arrival(
            kind: .upsert,
            id: id,
            company: event.company,
            document: event.id,
            entity: active.mapping.businessCentral.entities.first ?? active.mapping.name,
            image: line,
            version: event.version,
            causation: causation,
            partition: partition
        )
        try handle(arrival, active)
    }

    private func documentRule(_ entity: String?) -> (any EntityRule)? {
        entity.flatMap { feeds[$0]?.mappings.first?.rule }
    }

    private func isInsideFilter(_ image: JSONValue, of entity: String?) -> Bool {
        guard let document = entity.flatMap({ feeds[$0]?.mappings.first }) else { return true }
        return document.admits(image)
    }

    /// A deleted document takes its lines along on the other side, so they end with it and nothing more is sent.
    ///
    /// Without a version, as a tombstone has none, all of them do.
    func endLines(
        of document: String,
        company: String,
        version: RecordVersion?,
        _ active: ActiveMapping,
        partition: Int32
    ) throws {
        for pairKey in try tables.lines(of: document, mapping: active.mapping.name, company: company) {
            guard let (known, _) = try tables.load(pairKey), known.state != .deleted, known.state != .broken,
                version.map({ $0.order(against: known.bc.version, isDelete: true) == .newer }) ?? true
            else { continue }
            var coupling = known
            coupling.bc.version = version ?? known.bc.version.beforeTombstone
            coupling.inFlight = nil
            if settings.deletionPolicy == .deleteOther {
                coupling.crm.isCreated = false
                coupling.base = [:]
            }
            end(&coupling, as: settings.deletionPolicy == .keep && known.crm.isCreated ? .broken : .deleted)
            try save(&coupling, replacing: known.known, partition: partition)
        }
    }
}

/// How lines are told apart within their document.
public enum DocumentLines {
    /// A line's id: its own, else the document's id and the line number; nil where it has neither.
    public static func id(of line: JSONValue, document: String) -> String? {
        if let id = ChangeEvent.idMember(of: line)?.string, id != ChangeEvent.blankID {
            return NamedUUID.isUUID(id) ? id.lowercased() : bounded(id)
        }
        guard let sequence = line["sequence"] ?? line["lineNo"], let number = sequence.numberText ?? sequence.string
        else {
            return nil
        }
        return "\(document)/\(bounded(number))"
    }

    /// A name that fits into a key: a longer one is known by its name-based id.
    private static func bounded(_ name: String) -> String {
        name.utf8.count <= 64 && !name.isEmpty ? name : NamedUUID.make(name)
    }
}
