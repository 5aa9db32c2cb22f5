// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncEngine
import SyncModel

/// Products from items and resources.
struct ProductRule: EntityRule {
    let baseUnitProperty: String

    static let active = RecordState(state: 0, status: 1)

    func complete(_ evaluation: inout Evaluation) throws {
        evaluation.set("transactioncurrencyid", try evaluation.localCurrency())  // PRD-11
        if evaluation.isOn(.noUnitGroups) { try setUnitOfMeasure(&evaluation) }
        evaluation.state = ProductRule.active  // PRD-15, PRD-16
    }

    /// With unit group mapping off, group and unit come from the unit of measure (PRD-12).
    private func setUnitOfMeasure(_ evaluation: inout Evaluation) throws {
        guard let code = try PropertyReader.text(evaluation.image, baseUnitProperty), !code.isEmpty else {
            throw RecordError.permanent("BlankReference", "property \"\(baseUnitProperty)\" is blank (PRD-12)")
        }
        let mapping = "UNIT OF MEASURE"
        guard let group = try evaluation.require(mapping, key: code, column: "defaultuomscheduleid") else { return }
        evaluation.set(
            "defaultuomscheduleid",
            .reference(navigation: "defaultuomscheduleid", entitySet: group.entitySet, id: group.id)
        )
        evaluation.set("defaultuomid", UnitLookups.baseUnit(of: group, navigation: "defaultuomid"))
    }

    /// A draft product can be used by nobody, and a retired one by nobody new.
    var existsOnlyWhenActive: Bool { true }
    var stateOutsideFilter: RecordState? { RecordState(state: 1, status: 2) }
}
