// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import TableMappings
import Testing

@testable import Operations

@Suite("What a hold stops")
struct HoldReachTests {
    private func reach(_ mapping: String) throws -> HoldReach {
        let catalog = try MappingCatalog.load(overrides: nil)
        return HoldReach(of: mapping, among: catalog.active(conditions: [.unitGroups, .priceLists]))
    }

    @Test func theLinesOfAnInvoiceAreFedByItsTopicToo() throws {
        let reach = try reach("POSTEDSALESINV-INV")
        #expect(reach.entities == ["sales-invoices"])
        #expect(reach.alsoHeld == ["POSTEDSALESLINE-INV"])
    }

    @Test func whatRefersToProductsMayWait() throws {
        let reach = try reach("ITEM-PRODUCT")
        #expect(reach.entities == ["items"])
        // The unit worker reads items too, in a group of its own.
        #expect(reach.alsoHeld.isEmpty)
        #expect(Set(reach.dependents).isSuperset(of: ["PLLINE-PRODPRICE", "POSTEDSALESLINE-INV"]))
        #expect(!reach.dependents.contains("UNIT GROUP"))
    }

    @Test func aWholeChainMayWaitForUnitGroups() throws {
        let dependents = try reach("UNIT GROUP").dependents
        #expect(
            Set(dependents).isSuperset(of: ["ITEM UOM", "ITEM-PRODUCT", "PLLINE-PRODPRICE", "POSTEDSALESLINE-INV"])
        )
        #expect(Set(dependents).count == dependents.count)
    }
}
