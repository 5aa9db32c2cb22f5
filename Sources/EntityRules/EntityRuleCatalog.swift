// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import SyncEngine

/// The entity rules by mapping name.
public enum EntityRuleCatalog {
    /// The rule of a mapping; a mapping that data alone describes has the empty one.
    public static func rule(for mapping: String) -> any EntityRule {
        switch mapping {
        case "CURRENCY": CurrencyRule()
        case "UNIT GROUP": UnitGroupRule()
        case "ITEM UOM", "RESOURCE UOM": UnitRule()
        case "UNIT OF MEASURE": UnitOfMeasureRule()
        case "ITEM-PRODUCT": ProductRule(baseUnitProperty: "baseUnitOfMeasureCode")
        case "RESOURCE-PRODUCT": ProductRule(baseUnitProperty: "baseUnitOfMeasure")
        case "PLHEADER-PRICE": PriceListRule()
        case "PLLINE-PRODPRICE": PriceLineRule()
        case "SALESPRC-PRODPRICE": SalesPriceRule()
        case "POSTEDSALESINV-INV": InvoiceRule()
        case "POSTEDSALESLINE-INV": InvoiceLineRule()
        default: NoRule()
        }
    }
}
