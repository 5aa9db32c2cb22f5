// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncEngine
import SyncModel

/// Price lists.
struct PriceListRule: EntityRule {
    func complete(_ evaluation: inout Evaluation) throws {
        // The state is set along with the create and never touched again (PRC-24); Dataverse makes new lists active.
        guard evaluation.coupling.base["statecode"] == nil else { return }
        let status = try PropertyReader.text(evaluation.image, "status").map(PropertyReader.unescape) ?? "Active"
        if status == "Active" {
            evaluation.set("statecode", .number(DecimalText(0)), access: .readOnly, isImpliedOnCreate: true)
        } else {
            evaluation.state = RecordState(state: 1, status: 100_002)
        }
    }
}

/// Lines of price lists.
struct PriceLineRule: EntityRule {
    var makesUniqueKey: Bool { true }

    func complete(_ evaluation: inout Evaluation) throws {
        let kind = try PropertyReader.text(evaluation.image, "assetType").map(PropertyReader.unescape) ?? ""
        let asset = try PropertyReader.text(evaluation.image, "assetNo") ?? ""
        try PropertyReader.checkTold(evaluation.image, ["assetId"])
        guard !asset.isEmpty else {
            throw RecordError.permanent("BlankReference", "property \"assetNo\" is blank (PRC-28)")
        }
        try ProductPrice.complete(
            &evaluation,
            product: kind == "Resource" ? "RESOURCE-PRODUCT" : "ITEM-PRODUCT",
            units: kind == "Resource" ? "RESOURCE UOM" : "ITEM UOM",
            number: asset,
            id: evaluation.image["assetId"]?.string
        )
        try ProductPrice.setCurrency(&evaluation, of: "PLHEADER-PRICE", named: "priceListCode")
    }
}

/// Sales prices of customer price groups.
struct SalesPriceRule: EntityRule {
    var makesUniqueKey: Bool { true }

    func complete(_ evaluation: inout Evaluation) throws {
        let number = try PropertyReader.text(evaluation.image, "itemNo") ?? ""
        try PropertyReader.checkTold(evaluation.image, ["itemId"])
        guard !number.isEmpty else {
            throw RecordError.permanent("BlankReference", "property \"itemNo\" is blank (PRC-16)")
        }
        try ProductPrice.complete(
            &evaluation,
            product: "ITEM-PRODUCT",
            units: "ITEM UOM",
            number: number,
            id: evaluation.image["itemId"]?.string
        )
        try ProductPrice.setCurrency(&evaluation, of: "CUSTPRCGRP-PRICE", named: "salesCode")
    }
}

/// What prices of both models share: product, unit, and the claim to their price list row.
enum ProductPrice {
    static func complete(
        _ evaluation: inout Evaluation,
        product: String,
        units: String,
        number: String,
        id: String?
    ) throws {
        let unitColumns = ["defaultuomid", "defaultuomscheduleid"]
        let found = try evaluation.require(
            product,
            key: number,
            id: id,
            isSucceeded: true,
            column: "productid",
            columns: unitColumns
        )
        if let found {
            evaluation.set(
                "productid",
                .reference(navigation: "productid", entitySet: found.entitySet, id: found.id)
            )
        }
        let code = try PropertyReader.text(evaluation.image, "unitOfMeasureCode") ?? ""
        if evaluation.isOn(.noUnitGroups), !code.isEmpty {
            try setUnitOfMeasure(code, &evaluation)
        } else if code.isEmpty {
            if let found { evaluation.follow(product, key: String(found.sourceID)) }
            setBaseUnit(of: found, &evaluation)
        } else if let unit = try evaluation.require(
            units,
            key: "\(number)/\(code)",
            ownerKey: found.map { "\($0.sourceID)/\(code)" },
            column: "uomid"
        ) {
            evaluation.set("uomid", .reference(navigation: "uomid", entitySet: unit.entitySet, id: unit.id))
            setGroup(of: found, &evaluation)
        }
        claim(&evaluation)
    }

    /// Dataverse gives a new price its list's currency: only one of its own follows in an update (PRC-16, PRC-28).
    static func setCurrency(_ evaluation: inout Evaluation, of list: String, named property: String) throws {
        let column = "transactioncurrencyid"
        guard let currency = evaluation.value(of: column),
            let code = try PropertyReader.text(evaluation.image, property)
        else {
            return
        }
        let agreed = try evaluation.find(list, key: code, columns: [column])?.values[column]
        evaluation.set(column, currency, access: .modifyOnly, isImpliedOnCreate: agreed == currency.baseText)
    }

    /// A blank unit is the product's base unit (PRC-17, PRC-30).
    private static func setBaseUnit(of product: ReferencedRecord?, _ evaluation: inout Evaluation) {
        if let unit = UnitLookups.unit(ofProduct: product?.values["defaultuomid"], navigation: "uomid") {
            evaluation.set("uomid", unit)
        }
        setGroup(of: product, &evaluation)
    }

    private static func setGroup(of product: ReferencedRecord?, _ evaluation: inout Evaluation) {
        guard let group = product?.values["defaultuomscheduleid"] else { return }
        evaluation.set("uomscheduleid", .reference(navigation: "uomscheduleid", entitySet: "uomschedules", id: group))
    }

    private static func setUnitOfMeasure(_ code: String, _ evaluation: inout Evaluation) throws {
        guard let group = try evaluation.require("UNIT OF MEASURE", key: code, column: "uomscheduleid") else { return }
        evaluation.set(
            "uomscheduleid",
            .reference(navigation: "uomscheduleid", entitySet: group.entitySet, id: group.id)
        )
        evaluation.set("uomid", UnitLookups.baseUnit(of: group, navigation: "uomid"))
    }

    /// Price list, product and unit name one row in Dataverse: the first price owns it (PRC-18, PRC-31).
    private static func claim(_ evaluation: inout Evaluation) {
        let parts = ["pricelevelid", "productid", "uomid"].map { evaluation.value(of: $0)?.baseText }
        guard let list = parts[0], let product = parts[1], let unit = parts[2] else { return }
        evaluation.uniqueKey = NamedUUID.make("\(list)/\(product)/\(unit)")
    }
}
