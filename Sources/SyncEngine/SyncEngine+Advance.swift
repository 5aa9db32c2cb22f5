// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

extension SyncEngine {
    /// Goes on with what a pair's source asks for, as far as references and changes in flight allow.
    ///
    /// `image` is the waiting change's image where the caller has it open; nil: it is read from the coupling.
    func advance(
        _ coupling: inout Coupling,
        _ active: ActiveMapping,
        image: JSONValue? = nil,
        partition: Int32
    ) throws -> RecordResult {
        guard let waiting = coupling.waiting else { return .unchanged }
        if coupling.state == .skipped { return .queued }
        if coupling.inFlight != nil {
            let own = Waiting.Reference(mapping: coupling.mapping, key: coupling.id, reason: .inFlight)
            coupling.waiting?.waitsFor = [own]
            return .queued
        }
        switch waiting.wish {
        case .delete: return try advanceDelete(&coupling, waiting, partition: partition)
        case .leave: return try advanceLeave(&coupling, waiting, active, partition: partition)
        case .upsert:
            guard coupling.crm.isCreated || settings.newRecords == .create else {
                coupling.state = .filtered
                coupling.waiting = nil
                return .filtered
            }
            do {
                let open = try image ?? imageDocument.parse(waiting.image)
                return try advanceUpsert(&coupling, waiting, active, image: open, partition: partition)
            } catch let error as RecordError {
                return fail(&coupling, error)
            }
        }
    }

    /// Marks a record failed, or skipped after too many failures in a row with the same error (I6).
    ///
    /// Its change is kept for the next event or a retry. Errors of the moment say nothing of the record: they count for
    /// nothing, and what fails after one is counted anew.
    func fail(_ coupling: inout Coupling, _ error: RecordError) -> RecordResult {
        coupling.tries += 1
        if error.mayPass {
            coupling.failures = 0
        } else {
            coupling.failures = (coupling.error?.isAlike(error) ?? false) ? coupling.failures + 1 : 1
        }
        coupling.error = error
        coupling.state = coupling.failures >= settings.errorLimit ? .skipped : .failed
        coupling.waiting?.waitsFor = []
        coupling.waiting?.isDeferred = false
        return .failed
    }

    private func advanceDelete(_ coupling: inout Coupling, _ waiting: Waiting, partition: Int32) throws -> RecordResult
    {
        guard coupling.crm.isCreated else {
            end(&coupling, as: .deleted)
            coupling.base = [:]
            return .deleted
        }
        switch settings.deletionPolicy {
        case .keep: end(&coupling, as: .broken)
        case .removeCoupling: end(&coupling, as: .deleted)
        case .deleteOther:
            try emit(.delete, [], &coupling, waiting, rule: NoRule(), partition: partition)
        }
        return .deleted
    }

    /// Ends a pair; its record is kept with the version, so that only something newer revives it.
    ///
    /// A row that was not deleted along is still there: what was agreed is kept too, and a new life updates the row.
    func end(_ coupling: inout Coupling, as state: Coupling.State) {
        coupling.state = state
        coupling.exists = false
        coupling.waiting = nil
        coupling.follows = nil
        coupling.forgetFailures()
    }

    private func advanceLeave(
        _ coupling: inout Coupling,
        _ waiting: Waiting,
        _ active: ActiveMapping,
        partition: Int32
    ) throws -> RecordResult {
        guard coupling.crm.isCreated else {
            coupling.state = .filtered
            coupling.waiting = nil
            coupling.error = nil
            return .filtered
        }
        // A draft cannot be retired, and nobody can use it anyway.
        let isDraft = active.rule.existsOnlyWhenActive && coupling.base["statecode"] == nil
        if active.mapping.onLeavingFilter == .retire, !isDraft, let state = active.rule.stateOutsideFilter {
            let columns = state.columns.filter { $0.value.baseText != coupling.base[$0.name] }
            if !columns.isEmpty {
                try emit(.setState, state.columns, &coupling, waiting, rule: active.rule, partition: partition)
                if coupling.inFlight != nil { return .modified }
            }
        }
        coupling.state = .coupled
        coupling.waiting = nil
        coupling.forgetFailures()
        return .filtered
    }

    private func advanceUpsert(
        _ coupling: inout Coupling,
        _ waiting: Waiting,
        _ active: ActiveMapping,
        image: JSONValue,
        partition: Int32
    ) throws -> RecordResult {
        try active.checkFilter(image)
        var evaluation = makeEvaluation(coupling, active, image: image, eventAt: waiting.causation.eventAt)
        do {
            return try advanceUpsert(&coupling, waiting, active, &evaluation, partition: partition)
        } catch let error as RecordError {
            let result = fail(&coupling, error)
            // What it follows may be what is wrong.
            coupling.waiting?.waitsFor = evaluation.followed
            return result
        }
    }

    private func advanceUpsert(
        _ coupling: inout Coupling,
        _ waiting: Waiting,
        _ active: ActiveMapping,
        _ evaluation: inout Evaluation,
        partition: Int32
    ) throws -> RecordResult {
        let image = evaluation.image
        try complete(&evaluation, active)
        if let document = evaluation.closedDocument, evaluation.missing == [document],
            try reopen(document, for: coupling)
        {
            evaluation = try evaluate(coupling, active, image: image, eventAt: waiting.causation.eventAt)
        }
        if !evaluation.missing.isEmpty {
            coupling.waiting?.waitsFor = evaluation.missing
            coupling.waiting?.isDeferred = false
            coupling.state = coupling.crm.isCreated ? .coupled : .waiting
            coupling.error = nil
            return .waiting
        }
        if let key = evaluation.uniqueKey { try claim(key, for: &coupling, mapping: active.mapping) }
        var result = RecordResult.unchanged
        var isUpdated = false
        while let step = try nextStep(coupling, evaluation, active.rule, isUpdated: isUpdated) {
            try emit(
                step.operation,
                step.columns,
                &coupling,
                waiting,
                implied: step.implied,
                rule: active.rule,
                partition: partition
            )
            isUpdated = step.operation == .update
            if result == .unchanged { result = step.operation == .create ? .inserted : .modified }
            if coupling.inFlight != nil { return result }
        }
        let remaining = evaluation.late + evaluation.deferred
        if remaining.isEmpty {
            coupling.finish(following: evaluation.followed)
        } else {
            coupling.waiting?.waitsFor = remaining
            coupling.waiting?.isDeferred = true
        }
        coupling.state = .coupled
        coupling.forgetFailures()
        return result
    }

    func evaluate(
        _ coupling: Coupling,
        _ active: ActiveMapping,
        image: JSONValue,
        eventAt: Int64
    ) throws -> Evaluation {
        var evaluation = makeEvaluation(coupling, active, image: image, eventAt: eventAt)
        try complete(&evaluation, active)
        return evaluation
    }

    private func makeEvaluation(
        _ coupling: Coupling,
        _ active: ActiveMapping,
        image: JSONValue,
        eventAt: Int64
    ) -> Evaluation {
        Evaluation(active: active, context: context, image: image, coupling: coupling, eventAt: eventAt)
    }

    /// Makes of a record's image what its mapping and rule say; what it notes until it fails stays noted.
    private func complete(_ evaluation: inout Evaluation, _ active: ActiveMapping) throws {
        try checkLines(of: evaluation.image, document: evaluation.coupling.id, active)
        try evaluation.applyFields()
        if active.claimsNaturalKey {
            evaluation.uniqueKey = PropertyReader.key(evaluation.image, active.mapping.businessCentral.key)
        }
        try active.rule.complete(&evaluation)
        try evaluation.limitLengthsByRule()
        evaluation.addOwnership()
    }

    private func checkLines(of image: JSONValue, document: String, _ active: ActiveMapping) throws {
        for mapping in embeddedMappings {
            guard let entity = mapping.businessCentral.embeddedIn?.entity,
                active.mapping.businessCentral.entities.contains(entity)
            else { continue }
            try DocumentLines.check(image, document: document, lines: mapping)
        }
    }
}

extension RecordError {
    /// It may go away by itself, whatever the record is like: with time, or when another record gives a row up.
    fileprivate var mayPass: Bool {
        errorClass == .transient || errorClass == .throttled || ClaimedRow.isOurs(code)
    }

    /// Whether the other one is the same trouble; messages name lengths and rows, which differ from try to try.
    func isAlike(_ other: RecordError?) -> Bool { errorClass == other?.errorClass && code == other?.code }
}

extension Coupling {
    /// It went through.
    mutating func forgetFailures() {
        error = nil
        failures = 0
        tries = 0
    }
}

extension Evaluation {
    /// The company column and the owning team, where the settings name them (GEN-02, ACC-14).
    mutating func addOwnership() {
        if mapping.dataverse.hasCompany, let company = settings.crmCompanyID {
            set("bcbi_companyid", .reference(navigation: "bcbi_CompanyId", entitySet: "bcbi_companies", id: company))
        }
        if mapping.dataverse.hasOwner, let team = settings.crmTeamID {
            set("ownerid", .reference(navigation: "ownerid", entitySet: "teams", id: team), access: .insertOnly)
        }
    }
}
