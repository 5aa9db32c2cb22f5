// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SeededRandom
import SyncEngine
import SyncModel
import Testing

/// Base units and exchange rates that change, in any order.
struct FollowingHistoryTests {
    private func installation(isConfirmed: Bool) throws -> Installation {
        let dataverse = DataverseSimulator(baseCurrency: "USD")
        dataverse.insert(
            "transactioncurrencies",
            id: Sample.id("somebody's pound"),
            columns: ["isocurrencycode": "GBP", "currencyname": "Pound", "currencysymbol": "P", "exchangerate": "1"]
        )
        return try Installation(
            .init(
                isConfirmed: isConfirmed,
                dataverse: dataverse,
                adjust: {
                    $0.crmBaseCurrency = "USD"
                    $0.errorLimit = 1_000
                }
            )
        )
    }

    private func seeds(_ count: Int) -> [UInt64] {
        var random = SeededGenerator(seed: SeededGenerator.seed())
        return (0..<count).map { _ in random.next() }
    }

    /// All ends as if every event had come in order, one at a time.
    @Test(arguments: [false, true])
    func theOrderMakesNoDifference(isConfirmed: Bool) throws {
        for seed in seeds(30) {
            var history = FollowingHistory(seed: seed, hasRivals: false)
            let (expected, found) = (
                try installation(isConfirmed: isConfirmed), try installation(isConfirmed: isConfirmed)
            )
            try history.runInOrder(expected)
            try history.runInAnyOrder(found)
            let pairs =
                FollowingHistory.items.map { ("PLLINE-PRODPRICE", history.price(of: $0)) }
                + FollowingHistory.currencies.map { ("CURRENCY", Sample.id("currency \($0)")) }
            for (mapping, id) in pairs {
                let want = try #require(try expected.coupling(mapping, id))
                let have = try #require(try found.coupling(mapping, id))
                #expect(have.state == want.state && have.state == .coupled, "\(history.story), seed \(seed)")
                #expect(have.base == want.base, "\(mapping) after \(history.story), seed \(seed)")
                #expect(try found.row(mapping, id)?.columns == expected.row(mapping, id)?.columns, "seed \(seed)")
            }
            #expect(found.dataverse.refusals.isEmpty, "\(history.story), seed \(seed)")
            #expect(Set(found.changes.map(\.changeID)).count == found.changes.count, "seed \(seed)")
        }
    }

    /// A price has its product's unit, or another price has the row of that.
    @Test(arguments: [false, true])
    func aRowIsTakenOrTheUnitIsRight(isConfirmed: Bool) throws {
        for seed in seeds(30) {
            var history = FollowingHistory(seed: seed, hasRivals: true)
            let installation = try installation(isConfirmed: isConfirmed)
            try history.runInAnyOrder(installation)
            for item in FollowingHistory.items {
                let product = try #require(try installation.row("ITEM-PRODUCT", Sample.id("item \(item)")))
                let coupling = try #require(try installation.coupling("PLLINE-PRODPRICE", history.price(of: item)))
                let holder = installation.dataverse.rows("productpricelevels").first { _, row in
                    row["productid"] == product.id && row["uomid"] == product["defaultuomid"]
                }
                let isRight = coupling.state == .coupled && holder?.key == coupling.crm.id
                let isTaken = coupling.error?.code == "DuplicateProductPriceLevel" && holder?.key != coupling.crm.id
                #expect(isRight || (isTaken && holder != nil), "\(coupling.state) after \(history.story), seed \(seed)")
            }
            #expect(installation.dataverse.refusals.isEmpty, "\(history.story), seed \(seed)")
        }
    }
}
