// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Two prices that claim one row and live in partitions of different instances, which decide at the same moment.
struct PriceClaimTests {
    private let mapping = "PLLINE-PRODPRICE"

    /// Two instances of each worker, and two prices of one row, one with each instance of the price-worker.
    private func prepared(isConfirmed: Bool) throws -> (installation: Installation, prices: [Value], ids: [String]) {
        let installation = try Installation(
            .init(isConfirmed: isConfirmed, instances: 2, adjust: { $0.deletionPolicy = .deleteOther })
        )
        try installation.couple(item: "1000")
        installation.send("price-lists", Sample.priceList("L1"))
        try installation.settle()
        var prices: [Int32: Value] = [:]
        for line in 1...50 {
            let price = Sample.price("L1", "1000", line: line)
            let home = Installation.home(of: price["systemId"]?.text ?? "", count: installation.options.partitions)
            prices[home % 2] = price
        }
        let both = [try #require(prices[0]), try #require(prices[1])]
        for price in both { installation.send("price-list-lines", price) }
        return (installation, both, both.compactMap { $0["systemId"]?.text })
    }

    /// Lets both instances decide before either has read what the other wrote.
    private func decideAtOnce(_ installation: Installation) throws {
        for instance in installation.instances where instance.name == "price-worker" {
            try installation.batch(
                instance,
                installation.pending(instance).map { ($0, 1_000) },
                releases: 0,
                aborts: false
            )
        }
    }

    /// Dataverse refuses the second one, which then waits for the row to be free.
    @Test func withConfirmedDeliveryOneOwnsTheRowAndTheOtherFollows() throws {
        let (installation, prices, ids) = try prepared(isConfirmed: true)
        try decideAtOnce(installation)
        #expect(ids.map { installation.operations(mapping, $0) } == [[.create], [.create]])
        try installation.settle()
        let states = try ids.map { try installation.coupling(mapping, $0)?.state }
        #expect(Set(states) == [.coupled, .failed])
        #expect(installation.dataverse.rows("productpricelevels").count == 1)
        let owner = try #require(states.firstIndex(of: .coupled))
        installation.delete("price-list-lines", prices[owner])
        try installation.settle()
        #expect(try installation.coupling(mapping, ids[1 - owner])?.state == .coupled)
        #expect(installation.dataverse.rows("productpricelevels").count == 1)
    }

    /// The known limit: no result comes back, and no partition's owner sees both claims before they are published.
    @Test func withPublishedDeliveryBothArePublishedAndDataverseKeepsTheFirst() throws {
        let (installation, _, ids) = try prepared(isConfirmed: false)
        try decideAtOnce(installation)
        try installation.settle()
        #expect(ids.map { installation.operations(mapping, $0) } == [[.create], [.create]])
        #expect(installation.dataverse.refusals.map(\.error.code) == ["0x80043b08"])
        #expect(installation.dataverse.rows("productpricelevels").count == 1)
    }

    /// One instance owns all partitions, so it sees every claim.
    @Test(arguments: [false, true])
    func oneInstanceNeverPublishesBoth(isConfirmed: Bool) throws {
        let (installation, _, ids) = try prepared(isConfirmed: isConfirmed)
        let workers = installation.instances.filter { $0.name == "price-worker" }
        try installation.assign([], to: workers[1])
        try installation.assign([0, 1, 2], to: workers[0])
        try installation.settle()
        #expect(ids.flatMap { installation.operations(mapping, $0) } == [.create])
        #expect(installation.dataverse.refusals.isEmpty)
    }
}
