// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import DiagnosisTestSupport
import SyncModel
import Testing

@testable import Operations

@Suite("The table of couplings")
struct CouplingTableTests {
    @Test func aRenamedRecordIsFoundByItsNewKeyOnly() {
        var table = CouplingTable([Pairs.pair("ITEM-PRODUCT", "OLD", 1, .coupled, exists: true)])
        table.put(Pairs.pair("ITEM-PRODUCT", "NEW", 1, .coupled, exists: true))
        #expect(table.pairs.count == 1)
        #expect(table.pair(mapping: "ITEM-PRODUCT", company: Pairs.company, key: "OLD") == nil)
        #expect(table.pair(mapping: "ITEM-PRODUCT", company: Pairs.company, key: "new")?.id == Pairs.id(1))
    }

    @Test func ofTwoWithOneKeyTheOneThatExistsIsMeant() {
        let table = CouplingTable([
            Pairs.pair("ITEM-PRODUCT", "1000", 1, .deleted), Pairs.pair("ITEM-PRODUCT", "1000", 2, .failed),
            Pairs.pair("ITEM-PRODUCT", "1000", 3, .coupled, exists: true),
        ])
        #expect(table.pair(mapping: "ITEM-PRODUCT", company: Pairs.company, key: "1000")?.id == Pairs.id(3))
    }

    @Test func aForgottenPairIsFoundByNothing() {
        let pair = Pairs.pair("ITEM-PRODUCT", "1000", 1, .coupled)
        var table = CouplingTable([pair])
        table.remove(pair.pairKey)
        #expect(table.pair(mapping: "ITEM-PRODUCT", company: Pairs.company, key: "1000") == nil)
        #expect(table.pair(mapping: "ITEM-PRODUCT", company: Pairs.company, key: Pairs.id(1)) == nil)
    }

    @Test(arguments: ["1000", " 1000 ", "00000000-0000-4000-8000-000000000001"])
    func aQueryTakesKeyOrID(text: String) {
        let query = PairQuery(text, mapping: nil, mappingNames: ["ITEM-PRODUCT"])
        #expect(query.matches(Pairs.pair("ITEM-PRODUCT", "1000", 1, .coupled)))
        #expect(!query.matches(Pairs.pair("ITEM-PRODUCT", "1001", 2, .coupled)))
    }

    @Test func aPairKeyNamesItsMapping() {
        let pair = Pairs.pair("ITEM-PRODUCT", "1000", 1, .coupled)
        let query = PairQuery(pair.pairKey.description, mapping: nil, mappingNames: ["UNIT GROUP", "ITEM-PRODUCT"])
        #expect(query.mapping == "ITEM-PRODUCT")
        #expect(query.matches(pair))
        #expect(!query.matches(Pairs.pair("UNIT GROUP", "1000", 1, .coupled)))
    }

    @Test func theRowsIDNamesThePairToo() {
        let pair = Pairs.pair("ITEM-PRODUCT", "1000", 1, .coupled)
        #expect(PairQuery(pair.rowID.uppercased(), mapping: nil, mappingNames: []).matches(pair))
        #expect(!PairQuery(pair.rowID, mapping: "UNIT GROUP", mappingNames: []).matches(pair))
    }
}
