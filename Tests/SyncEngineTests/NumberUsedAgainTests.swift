// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SeededRandom
import SyncEngine
import SyncModel
import Testing

/// Numbers of items that are used again, by a new item or after a rename.
struct NumberUsedAgainTests {
    /// How a history is run.
    struct Way: Sendable, CustomTestStringConvertible {
        var policy: EngineSettings.DeletionPolicy
        var isConfirmed = true
        var instances = 1
        var testDescription: String {
            "\(policy), \(isConfirmed ? "confirmed" : "published"), \(instances) instances"
        }
    }

    /// A product has the number, unit and price of its own item, or its record says that Dataverse has the number already.
    @Test(arguments: [
        Way(policy: .deleteOther), Way(policy: .deleteOther, instances: 2),
        Way(policy: .deleteOther, isConfirmed: false),
        Way(policy: .keep), Way(policy: .keep, instances: 2), Way(policy: .keep, isConfirmed: false),
        Way(policy: .removeCoupling),
    ])
    func productsFollowTheirItems(way: Way) throws {
        var random = SeededGenerator(seed: SeededGenerator.seed())
        // The first one creates a product whose item is renamed before that is confirmed.
        for seed in [5_961_773_277_207_423_512] + (0..<100).map({ _ in random.next() }) {
            let installation = try Installation(
                .init(
                    isConfirmed: way.isConfirmed,
                    instances: way.instances,
                    adjust: { $0.deletionPolicy = way.policy }
                )
            )
            var history = NumberHistory(installation, seed: seed)
            try history.run()
            for item in history.live {
                let wrong = try flaws(of: item, in: installation, way)
                #expect(wrong.isEmpty, "\(wrong) after \(history.story), seed \(seed)")
            }
            if way.policy == .deleteOther {
                let numbers = installation.dataverse.rows("products").values.compactMap { $0["productnumber"] }
                #expect(numbers.sorted() == history.live.map(\.number).sorted(), "\(history.story), seed \(seed)")
            }
        }
    }

    private func flaws(of item: NumberHistory.Item, in installation: Installation, _ way: Way) throws -> [String] {
        let coupling = try #require(try installation.coupling("ITEM-PRODUCT", item.id))
        let row = try installation.row("ITEM-PRODUCT", item.id)
        let isTaken = installation.dataverse.rows("products").contains { id, row in
            id != coupling.crm.id && row["productnumber"] == item.number
        }
        // Another living item cannot give the number up, at last because of one that a deleted item left, or in a ring.
        if isTaken, coupling.error?.code == "DuplicateKey" { return [] }
        if way.policy != .deleteOther {
            if isTaken, coupling.error?.code == "0x80043b06" { return [] }
            // Where nothing is confirmed, only the sink knows that the number is taken, and refuses what follows.
            let pair = coupling.pairKey.description
            let isRefused = installation.dataverse.refusals.contains { refusal in
                refusal.pairKey == pair && ["0x80043b06", "0x80040217"].contains(refusal.error.code)
            }
            if !way.isConfirmed, isRefused { return [] }
        }
        var flaws: [String] = []
        if coupling.state != .coupled { flaws.append("\(item.name) is \(coupling.state): \(coupling.error as Any)") }
        if row?["productnumber"] != item.number { flaws.append("\(item.name) has the number of another") }
        if row?["name"] != item.name { flaws.append("\(item.name) has the name of another") }
        let unit = try installation.coupling("ITEM UOM", item.unit)?.crm.id
        if row?["defaultuomid"] != unit { flaws.append("\(item.name) has the unit of another") }
        let price = try installation.row("PLLINE-PRODPRICE", item.price)
        if price?["productid"] != coupling.crm.id { flaws.append("the price of \(item.name) is another product's") }
        if price?["uomid"] != unit { flaws.append("the price of \(item.name) is for another unit") }
        return flaws
    }
}
