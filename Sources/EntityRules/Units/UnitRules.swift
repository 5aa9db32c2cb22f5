// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncEngine
import SyncModel

/// Unit groups, one for each item and resource.
struct UnitGroupRule: EntityRule {
    func complete(_ evaluation: inout Evaluation) throws {
        guard let number = try PropertyReader.text(evaluation.image, "number"), !number.isEmpty else {
            throw RecordError.permanent(
                "BlankNumber",
                "property \"number\" is blank, and the unit group is named by it (UGM-09)"
            )
        }
        let kind = evaluation.coupling.bc.entity == "resources" ? "RESOURCE" : "ITEM"
        let name = "\(kind) \(number) UOM GR"
        evaluation.set("name", .text(name))  // UGM-09, UGM-11
        evaluation.set("baseuomname", .text(name), access: .insertOnly)
    }
}

/// Units of items and resources.
struct UnitRule: EntityRule {
    func complete(_ evaluation: inout Evaluation) throws {
        guard case .reference(_, _, let group) = evaluation.value(of: "uomscheduleid") else { return }
        evaluation.set("baseuom", UnitLookups.baseUnit(of: group, navigation: "baseuom"), access: .insertOnly)
    }
}

/// Units of measure, each a group of its own, with unit group mapping off.
struct UnitOfMeasureRule: EntityRule {
    func complete(_ evaluation: inout Evaluation) throws {
        guard let code = try PropertyReader.text(evaluation.image, "code"), !code.isEmpty else {
            throw RecordError.permanent(
                "BlankCode",
                "property \"code\" is blank, and the unit group is named by it (UOM-03)"
            )
        }
        evaluation.set("name", .text("NAV \(code)"))
    }
}

/// References to units.
enum UnitLookups {
    /// The unit that Dataverse makes along with a group; only the target knows its id.
    static func baseUnit(of group: String, navigation: String) -> ColumnValue {
        .resolve(
            navigation: navigation,
            TargetQuery(
                "uoms",
                where: [.init("_uomscheduleid_value", equals: group), .init(isTrue: "isschedulebaseuom")]
            )
        )
    }

    /// The base unit of a group whose related rows may be known.
    static func baseUnit(of group: ReferencedRecord, navigation: String) -> ColumnValue {
        guard let id = group.related["baseuom"] else { return baseUnit(of: group.id, navigation: navigation) }
        return .reference(navigation: navigation, entitySet: "uoms", id: id)
    }

    /// A base column of a product, which is a reference by id or one that the target resolves, as a value again.
    static func unit(ofProduct text: String?, navigation: String) -> ColumnValue? {
        guard let text else { return nil }
        if NamedUUID.isUUID(text) { return .reference(navigation: navigation, entitySet: "uoms", id: text) }
        let marker = "uoms?_uomscheduleid_value="
        guard text.hasPrefix(marker) else { return nil }
        return baseUnit(of: String(text.dropFirst(marker.count).prefix(36)), navigation: navigation)
    }
}
