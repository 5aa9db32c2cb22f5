// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel

/// Judges what a run has left behind against what its script says.
struct Verdict {
    private let run: SimulationRun
    private var installation: Installation { run.installation }
    private var owners: [String: Coupling] = [:]
    private var byKey: [String: [(pair: String, final: Script.Final)]] = [:]
    private(set) var violations: [String] = []
    private(set) var checkedRows = 0

    init(_ run: SimulationRun) throws {
        self.run = run
        for (id, final) in run.script.finals {
            for mapping in Expectation.mappings[final.entity] ?? [] {
                let pair = PairKey(mapping: mapping, company: Installation.company, id: id).description
                owners[pair] = try installation.coupling(mapping, id)
                for key in Verdict.keys(final, id) { byKey["\(mapping)|\(key)", default: []].append((pair, final)) }
            }
        }
        checkChanges()
        try checkReplicas()
        for (id, final) in run.script.finals.sorted(by: { $0.key < $1.key }) {
            for mapping in Expectation.mappings[final.entity] ?? [] { check(mapping, id, final) }
        }
        checkRefusals()
    }

    /// The natural keys and the id by which others refer to a record.
    private static func keys(_ final: Script.Final, _ id: String) -> [String] {
        let image = final.image
        func text(_ name: String) -> String { image[name]?.text ?? "" }
        switch final.entity {
        case "items", "resources", "customers": return [text("number"), id]
        case "item-units": return ["\(text("itemNo"))/\(text("code"))"]
        case "resource-units": return ["\(text("resourceNo"))/\(text("code"))"]
        case "currencies", "price-lists": return [text("code")]
        default: return [id]
        }
    }

    private mutating func complain(_ text: String) {
        violations.append(text)
    }

    private mutating func checkChanges() {
        var seen: Set<String> = []
        var newest: [String: Int64] = [:]
        for change in installation.changes {
            let pair = change.pairKey.description
            if !seen.insert(change.changeID).inserted { complain("change \(change.changeID) of \(pair) twice") }
            guard let number = run.events[change.causation.path] else {
                complain("\(pair) has a change of an unknown event \(change.causation.path)")
                continue
            }
            if number < newest[pair] ?? 0 { complain("\(pair): event \(number) published after \(newest[pair] ?? 0)") }
            newest[pair] = number
        }
        for (change, count) in installation.dataverse.effects where count > 1 {
            complain("change \(change) applied \(count) times")
        }
        let refused = Set(installation.dataverse.refusals.map(\.changeID))
        let applied = installation.dataverse.log.map(\.changeID)
        let settled = Set(applied).union(refused)
        if settled.count + installation.dataverse.heldBack != installation.changes.count {
            complain("\(installation.changes.count) changes published, \(settled.count) applied or refused")
        }
        var order: [String: [String]] = [:]
        for change in installation.changes where !refused.contains(change.changeID) {
            order[change.pairKey.description, default: []].append(change.changeID)
        }
        var log: [String: [String]] = [:]
        for change in installation.dataverse.log { log[change.pairKey, default: []].append(change.changeID) }
        for (pair, changes) in log where !(order[pair] ?? []).starts(with: changes) {
            complain("\(pair) was applied out of order")
        }
        if !installation.deadLetters.isEmpty {
            complain("\(installation.deadLetters.count) dead letters: \(installation.deadLetters[0].reason)")
        }
    }

    private mutating func checkRefusals() {
        for refusal in installation.dataverse.refusals {
            let isRace = Verdict.racing.contains(refusal.error.code) && run.habits.blocksProducts
            guard refusal.error.code != "0x80043b08", !isRace else { continue }
            if run.deletesOther, Verdict.deleting.contains(refusal.error.code) { continue }
            complain(
                "\(refusal.operation) of \(refusal.pairKey) refused: \(refusal.error.code) \(refusal.error.message)"
            )
        }
    }

    /// A product that was retired while a price or line was on its way to it.
    private static let racing: Set<String> = ["0x8004f908", "0x80061009"]

    /// A row that others refer to, and one that was deleted while a change or delete was on its way to it.
    private static let deleting: Set<String> = ["0x80040227", "0x80040217"]

    /// All instances hold the same couplings, once they have read everything.
    private mutating func checkReplicas() throws {
        for (pair, coupling) in owners {
            for instance in installation.instances where instance.runs(coupling.mapping) {
                guard try instance.engine.tables.load(pair)?.coupling != coupling else { continue }
                complain("\(pair) differs between instances")
            }
        }
    }

    private mutating func check(_ mapping: String, _ id: String, _ final: Script.Final) {
        let pair = PairKey(mapping: mapping, company: Installation.company, id: id).description
        let expectation = Expectation(mapping, final.image)
        guard let coupling = owners[pair] else {
            return complain("\(pair) was lost")
        }
        let isLine = final.entity == "sales-invoice-lines"
        if run.habits.usesSequences, !isLine, coupling.bc.version.sequence != final.number {
            complain("\(pair) knows event \(coupling.bc.version.sequence ?? -1), not \(final.number)")
        }
        if coupling.inFlight != nil { complain("\(pair) still waits for a result") }
        if let document = final.image["documentId"]?.text, run.script.finals[document]?.isDeleted == true {
            if coupling.exists || coupling.state == .coupled { complain("\(pair) is left of a deleted document") }
            return
        }
        if final.isDeleted { return checkDeleted(pair, coupling) }
        guard expectation.isInside else { return checkOutside(pair, coupling) }
        if coupling.state == .failed { return checkFailure(pair, coupling, final) }
        if let waiting = coupling.waiting {
            if waiting.waitsFor.isEmpty { complain("\(pair) waits for nothing") }
            let isKnown = waiting.waitsFor.contains { hasRootCause($0, depth: 0) }
            if !isKnown { complain("\(pair) waits without cause: \(waiting.waitsFor)") }
            return
        }
        guard coupling.state == .coupled else { return complain("\(pair) is \(coupling.state)") }
        if installation.dataverse.isHeldBack(coupling.crm.id) {
            // Only what a retired product or a closed invoice may refuse can be left behind by a sink without order.
            let isExcused = mapping == "PLLINE-PRODPRICE" || mapping.hasPrefix("POSTEDSALES")
            if !isExcused || run.isStrict { complain("\(pair) is held back") }
            return
        }
        guard let row = installation.dataverse.row(coupling.crm.entity, coupling.crm.id) else {
            if !wentAlong(final) { complain("\(pair) has no row") }
            return
        }
        checkedRows += 1
        for (column, value) in expectation.columns where row[column] != value {
            complain("\(pair): \(column) is \(row[column] ?? "nil"), not \(value ?? "nil")")
        }
    }

    private mutating func checkDeleted(_ pair: String, _ coupling: Coupling) {
        if coupling.waiting?.waitsFor.first?.reason == .referenced {
            let isReferenced = installation.dataverse.isReferenced(coupling.crm.entity, coupling.crm.id)
            if coupling.exists || !isReferenced { complain("\(pair) waits to be deleted without cause") }
            return
        }
        if coupling.exists || (coupling.state != .broken && coupling.state != .deleted) {
            complain("\(pair) is deleted and yet \(coupling.state)")
        }
        guard coupling.state == .deleted, !installation.dataverse.isHeldBack(coupling.crm.id) else { return }
        if installation.dataverse.row(coupling.crm.entity, coupling.crm.id) != nil {
            complain("\(pair)'s row is still there")
        }
    }

    private mutating func checkOutside(_ pair: String, _ coupling: Coupling) {
        if coupling.waiting != nil { complain("\(pair) waits outside its filter") }
        let isProduct = coupling.mapping.hasSuffix("PRODUCT")
        if isProduct, coupling.exists { complain("\(pair) exists, and is blocked") }
        guard isProduct, !installation.dataverse.isHeldBack(coupling.crm.id),
            let row = installation.dataverse.row(coupling.crm.entity, coupling.crm.id)
        else { return }
        if row["statecode"] == "0" { complain("\(pair) is blocked, and its product active") }
    }

    private mutating func checkFailure(_ pair: String, _ coupling: Coupling, _ final: Script.Final) {
        let code = coupling.error?.code ?? ""
        let isBlank = code == "BlankReference" && final.image["baseUnitOfMeasureCode"] == ""
        let isRival = code == "DuplicateProductPriceLevel" || code == "0x80043b08"
        let isRace = Verdict.racing.contains(code) && run.habits.blocksProducts
        if isRival, rivals(of: final) < 2 { complain("\(pair) claims what nobody else does") }
        let isGone = code == "0x80040217" && wentAlong(final)
        if !isBlank, !isRival, !isRace, !isGone { complain("\(pair) failed: \(code) \(coupling.error?.message ?? "")") }
    }

    /// Whether the row was deleted along with the one that it belongs to.
    private func wentAlong(_ final: Script.Final) -> Bool {
        guard run.deletesOther, final.entity == "price-list-lines" else { return false }
        let parents = [
            ("PLHEADER-PRICE", "priceListCode"), ("ITEM-PRODUCT", "assetNo"), ("RESOURCE-PRODUCT", "assetNo"),
        ]
        return parents.contains { mapping, property in
            (byKey["\(mapping)|\(final.image[property]?.text ?? "")"] ?? []).contains { $0.final.isDeleted }
        }
    }

    /// How many prices there ever were of one list and product.
    private func rivals(of final: Script.Final) -> Int {
        run.script.finals.values.filter {
            $0.entity == final.entity && $0.image["priceListCode"] == final.image["priceListCode"]
                && $0.image["assetNo"] == final.image["assetNo"]
        }.count
    }

    /// Whether a reference truly cannot be made: down to a record that is filtered, failed, deleted or was never seen.
    private func hasRootCause(_ reference: Waiting.Reference, depth: Int) -> Bool {
        guard depth < 10 else { return false }
        if reference.key.hasSuffix("/*") {
            let document = String(reference.key.dropLast(2))
            return run.script.finals.contains { id, final in
                final.entity == "sales-invoice-lines" && final.image["documentId"]?.text == document
                    && isUnavailable("\(reference.mapping)/\(Installation.company)/\(id)", final, depth: depth)
            }
        }
        guard let found = byKey["\(reference.mapping)|\(reference.key)"] else {
            // A line that stands in its invoice is no record of the script.
            let pair = "\(reference.mapping)/\(Installation.company)/\(reference.key)"
            guard reference.mapping == "POSTEDSALESLINE-INV" else { return true }
            guard let line = try? installation.coupling(reference.mapping, reference.key) else { return false }
            return isUnavailable(pair, line, depth: depth)
        }
        return found.allSatisfy { isUnavailable($0.pair, $0.final, depth: depth) }
    }

    private func isUnavailable(_ pair: String, _ final: Script.Final, depth: Int) -> Bool {
        let mapping = String(pair.prefix { $0 != "/" })
        if final.isDeleted { return true }
        guard let coupling = owners[pair] else { return false }
        if !Expectation(mapping, final.image).isInside { return !coupling.exists }
        return isUnavailable(pair, coupling, depth: depth)
    }

    private func isUnavailable(_ pair: String, _ coupling: Coupling, depth: Int) -> Bool {
        guard !coupling.exists else { return false }
        if coupling.state == .failed { return true }
        return coupling.waiting?.waitsFor.contains { hasRootCause($0, depth: depth + 1) } ?? false
    }
}
