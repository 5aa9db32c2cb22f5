// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// The next change of a pair.
struct Step {
    var operation: Operation
    var columns: [MappedColumn]
    /// Columns that Dataverse sets by itself along with the change.
    var implied: [MappedColumn] = []
}

extension SyncEngine {
    /// The next change that takes a row from what was agreed to what its source asks for; nil where nothing differs.
    ///
    /// Create, then what Dataverse takes only in an update, then the state; a closed row is opened first where it shall
    /// change its state, and takes no other change while closed (INV-07, INV-31).
    ///
    /// An update that was just applied, `isUpdated`, leaves no column that differs.
    func nextStep(
        _ coupling: Coupling,
        _ evaluation: Evaluation,
        _ rule: any EntityRule,
        isUpdated: Bool
    ) throws -> Step? {
        guard coupling.crm.isCreated else {
            let columns = evaluation.columns.filter {
                ($0.access == .readWrite || $0.access == .insertOnly) && $0.value != .null
            }
            let implied = evaluation.columns.filter { $0.isImpliedOnCreate && $0.value != .null }
            return Step(operation: .create, columns: columns, implied: implied)
        }
        if !isUpdated { try refuseForbiddenChange(coupling, evaluation) }
        let isOpen = rule.openState == nil || (coupling.base["statecode"] ?? "0") == "0"
        let wanted = evaluation.late.isEmpty ? evaluation.state : nil
        let stateDiffers = wanted.map { !$0.isAgreed(coupling.base) } ?? false
        if !isOpen, stateDiffers, let open = rule.openState { return Step(operation: .setState, columns: open.columns) }
        let changed = isUpdated ? [] : changedColumns(coupling, evaluation)
        if isOpen, !changed.isEmpty {
            // A row found under our own id was made by our own create, so what only a create writes is in it.
            let implied = coupling.base.isEmpty ? evaluation.columns.filter { $0.access == .insertOnly } : []
            return Step(operation: .update, columns: changed, implied: implied.filter { $0.value != .null })
        }
        if stateDiffers, let wanted { return Step(operation: .setState, columns: wanted.columns) }
        return nil
    }

    /// The columns that an update writes.
    private func changedColumns(_ coupling: Coupling, _ evaluation: Evaluation) -> [MappedColumn] {
        // A row found under our own id holds nobody knows what: every column is written, also the empty ones.
        let isUnknown = coupling.base.isEmpty
        return evaluation.columns.filter { column in
            guard column.access == .readWrite || (column.access == .modifyOnly && evaluation.late.isEmpty) else {
                return false
            }
            return isUnknown || !column.value.isAgreed(coupling.base, column: column.name)
        }
    }

    private func refuseForbiddenChange(_ coupling: Coupling, _ evaluation: Evaluation) throws {
        for column in evaluation.columns where column.changeIsError {
            guard coupling.base[column.name] != nil, !column.value.isAgreed(coupling.base, column: column.name) else {
                continue
            }
            throw RecordError.permanent(
                "ColumnCannotChange",
                "column \(column.name) of an existing \(evaluation.mapping.dataverse.table) cannot be changed"
            )
        }
    }

    /// Publishes a change, and takes it as applied at once unless results are awaited.
    ///
    /// `implied` are columns that the target sets by itself along with it, agreed with it and not sent.
    func emit(
        _ operation: Operation,
        _ columns: [MappedColumn],
        _ coupling: inout Coupling,
        _ waiting: Waiting,
        implied: [MappedColumn] = [],
        rule: any EntityRule,
        partition: Int32
    ) throws {
        let path = waiting.causation.path
        let number = coupling.emitted.next(operation, causation: path)
        var change = OutboundChange(
            changeID: OutboundChange.changeID(
                pair: coupling.pairKey,
                operation: operation,
                causationPath: path,
                number: number
            ),
            mapping: coupling.mapping,
            operation: operation,
            entitySet: coupling.crm.entity,
            recordID: coupling.crm.id,
            columns: columns,
            source: coupling.bc,
            pairKey: coupling.pairKey,
            replyTopic: context.inboxTopic,
            replyPartition: partition,
            causation: waiting.causation
        )
        if operation == .create, let names = mappings[coupling.mapping]?.mapping.matchColumns, !names.isEmpty {
            change.match = columns.filter { names.contains($0.name) }
        }
        try sink.publish(change)
        trace(.published, coupling, waiting.causation, changeID: change.changeID)
        guard settings.isConfirmed else {
            return apply(operation, to: &coupling, rule: rule) { base in
                for column in columns { base[column.name] = column.value.baseText }
                for column in implied { base[column.name] = column.value.baseText }
            }
        }
        var values: [String: String?] = [:]
        for column in columns + implied { values.updateValue(column.value.baseText, forKey: column.name) }
        coupling.inFlight = Coupling.InFlight(
            changeID: change.changeID,
            operation: operation,
            causation: path,
            values: values
        )
        if operation == .create { coupling.state = .pending }
        // What is about to go must not be referred to any more, though the target still has it.
        let isGoing = operation == .delete || (rule.existsOnlyWhenActive && (values["statecode"] ?? "0") != "0")
        if isGoing { coupling.exists = false }
        let own = Waiting.Reference(mapping: coupling.mapping, key: coupling.id, reason: .inFlight)
        coupling.waiting?.waitsFor = [own]
    }

    /// Takes a change as applied: its values are agreed, and others may refer to the row once it is usable.
    func apply(
        _ operation: Operation,
        to coupling: inout Coupling,
        rule: any EntityRule,
        agreeing: (inout AgreedValues) -> Void
    ) {
        switch operation {
        case .delete:
            coupling.state = .deleted
            coupling.crm.isCreated = false
            coupling.base = [:]
            coupling.forgetFailures()
            if coupling.waiting?.wish == .delete { coupling.waiting = nil }
        case .create, .update, .setState:
            if operation == .create {
                coupling.crm.isCreated = true
                coupling.base = [:]
            }
            agreeing(&coupling.base)
        }
        coupling.exists = exists(coupling, rule: rule)
    }

    /// Whether others may refer to the row: it is there, its source is too, and it can be used.
    func exists(_ coupling: Coupling, rule: any EntityRule) -> Bool {
        guard coupling.crm.isCreated, coupling.state != .broken, coupling.state != .deleted,
            coupling.waiting?.wish != .delete
        else { return false }
        return !rule.existsOnlyWhenActive || coupling.base["statecode"] == "0"
    }
}
