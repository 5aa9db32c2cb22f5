// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Which records follow others, how they are found, and when they no longer do.
struct FollowerStateTests {
    private static let mapping = "PLLINE-PRODPRICE"
    private static let id = Sample.id("price L/10000")
    private static let pair = PairKey(mapping: mapping, company: Installation.company, id: id).description

    /// An item with two units, and a price of it that takes the base unit.
    private func prepared(
        isConfirmed: Bool = true,
        policy: EngineSettings.DeletionPolicy = .keep
    ) throws -> Installation {
        let installation = try Installation(
            .init(isConfirmed: isConfirmed, adjust: { $0.deletionPolicy = policy })
        )
        try installation.couple(item: "A")
        installation.send("item-units", Sample.itemUnit("A", "BOX"))
        installation.send("price-lists", Sample.priceList("L"))
        installation.send("price-list-lines", Sample.price("L", "A"))
        try installation.settle()
        return installation
    }

    private func worker(_ name: String, _ installation: Installation) throws -> WorkerInstance {
        try #require(installation.instances.first { $0.name == name })
    }

    private func followers(_ name: String, _ installation: Installation) throws -> [String] {
        let tables = try worker(name, installation).engine.tables
        return try (0..<installation.options.partitions).flatMap { try tables.followers(in: $0) }
    }

    private func boxes(_ installation: Installation) throws {
        installation.send("items", Sample.item("A", unit: "BOX"))
        try installation.settle()
    }

    private func hasProductsUnit(_ installation: Installation) throws -> Bool {
        let unit = try installation.row("ITEM-PRODUCT", Sample.id("item A"))?["defaultuomid"]
        return try installation.row(Self.mapping, Self.id)?["uomid"] == unit
    }

    @Test func whoFollowsIsFoundAndDoesNotCountAsWaiting() throws {
        let installation = try prepared(policy: .deleteOther)
        let item = Sample.id("item A")
        for isRestarted in [false, true] {
            if isRestarted {
                for index in installation.instances.indices { try installation.restart(index) }
                try installation.settle()
            }
            let coupling = try #require(try installation.coupling(Self.mapping, Self.id))
            #expect(coupling.waiting == nil)
            #expect(coupling.follows?.waitsFor == [.init(mapping: "ITEM-PRODUCT", key: item, reason: .followed)])
            #expect(try followers("price-worker", installation) == [Self.pair])
            #expect(try followers("invoice-worker", installation) == [])
            let engine = try worker("price-worker", installation).engine
            #expect(
                try engine.tables.waiters(for: "ITEM-PRODUCT", company: Installation.company, key: item) == [Self.pair]
            )
            for partition in engine.ownedPartitions { #expect(try engine.tables.waiting(in: partition) == []) }
            #expect(try engine.waitingCensus().waiting == [:])
        }
        installation.delete("price-list-lines", Sample.price("L", "A"))
        try installation.settle()
        #expect(try followers("price-worker", installation) == [])
        let tables = try worker("price-worker", installation).engine.tables
        #expect(try tables.waiters(for: "ITEM-PRODUCT", company: Installation.company, key: item) == [])
    }

    @Test func othersFollowNothing() throws {
        let installation = try prepared()
        installation.send("currencies", Sample.currency("EUR"))
        installation.send("price-list-lines", Sample.price("L", "A", line: 2, ["unitOfMeasureCode": "BOX"]))
        try installation.settle()
        for name in Installation.workers where name != "price-worker" {
            #expect(try followers(name, installation) == [])
        }
        #expect(try followers("price-worker", installation) == [Self.pair])
        installation.send("price-list-lines", Sample.price("L", "A", ["unitOfMeasureCode": "PCS"]))
        try installation.settle()
        #expect(try followers("price-worker", installation) == [])
        #expect(try installation.coupling(Self.mapping, Self.id)?.follows == nil)
    }

    @Test(arguments: [false, true])
    func whereNothingDiffersNothingIsWritten(isConfirmed: Bool) throws {
        let installation = try prepared(isConfirmed: isConfirmed)
        let before = try #require(try installation.coupling(Self.mapping, Self.id))
        let changes = installation.changes(Self.mapping, Self.id).count
        installation.send("items", Sample.item("A", ["displayName": "Another", "unitPrice": 3]))
        try installation.settle()
        installation.send("items", Sample.item("A", ["blocked": true]))
        try installation.settle()
        installation.send("items", Sample.item("A"))
        try installation.settle()
        let engine = try worker("price-worker", installation).engine
        for partition in engine.ownedPartitions.sorted() { try engine.sweep(partition: partition) }
        #expect(engine.pendingReleases == 1)
        try installation.settle()
        #expect(try installation.coupling(Self.mapping, Self.id) == before)
        #expect(installation.changes(Self.mapping, Self.id).count == changes)
    }

    @Test func aSweepFindsAMissedSignal() throws {
        let installation = try prepared(isConfirmed: false)
        installation.send("items", Sample.item("A", unit: "BOX"))
        let price = try worker("price-worker", installation)
        let product = try worker("product-worker", installation)
        try installation.batch(product, installation.pending(product).map { ($0, 100) }, releases: 100, aborts: false)
        for slot in installation.pendingTails(price) { try installation.tail(price, slot, count: 100) }
        #expect(price.engine.pendingReleases > 0)
        price.engine.clearReleases()
        try installation.settle()
        #expect(try !hasProductsUnit(installation))
        for partition in price.engine.ownedPartitions.sorted() { try price.engine.sweep(partition: partition) }
        try installation.settle()
        #expect(try hasProductsUnit(installation))
    }

    /// What comes while a change is on its way is judged when its result comes.
    @Test func aChangeInFlightFollowsAfterItsResult() throws {
        let installation = try prepared()
        installation.send("price-list-lines", Sample.price("L", "A", ["unitPrice": 7]))
        try installation.runWorkers()
        #expect(try installation.coupling(Self.mapping, Self.id)?.inFlight != nil)
        let price = try #require(installation.undelivered.first?.slot)
        installation.send("items", Sample.item("A", unit: "BOX"))
        try installation.runWorkers()
        while let slot = installation.undelivered.map(\.slot).first(where: { $0 != price }) {
            try installation.deliver(from: slot)
            try installation.runWorkers()
        }
        #expect(try installation.coupling(Self.mapping, Self.id)?.inFlight != nil)
        try installation.settle()
        #expect(try hasProductsUnit(installation))
        #expect(try installation.row(Self.mapping, Self.id)?["amount"] == "7")
        #expect(installation.dataverse.refusals.isEmpty)
    }

    @Test(arguments: EngineSettings.DeletionPolicy.allCases, [false, true])
    func whatIsOverFollowsNothing(policy: EngineSettings.DeletionPolicy, isConfirmed: Bool) throws {
        let installation = try prepared(isConfirmed: isConfirmed, policy: policy)
        installation.delete("price-list-lines", Sample.price("L", "A"))
        try installation.settle()
        let before = installation.operations(Self.mapping, Self.id)
        let coupling = try installation.coupling(Self.mapping, Self.id)
        #expect(coupling?.follows == nil)
        try boxes(installation)
        #expect(installation.operations(Self.mapping, Self.id) == before)
        #expect(try installation.coupling(Self.mapping, Self.id) == coupling)
    }

    @Test func whatLeftItsFilterFollowsNothing() throws {
        let installation = try prepared()
        installation.send("price-list-lines", Sample.price("L", "A", ["minimumQuantity": 10]))
        try installation.settle()
        #expect(try installation.coupling(Self.mapping, Self.id)?.follows == nil)
        try boxes(installation)
        #expect(installation.operations(Self.mapping, Self.id) == [.create])
        installation.send("price-list-lines", Sample.price("L", "A"))
        try installation.settle()
        #expect(try hasProductsUnit(installation))
    }

    @Test func whatIsSkippedFollowsOnceItIsRestored() throws {
        let installation = try prepared()
        try installation.command("skip", Self.mapping, Self.id)
        try installation.settle()
        try boxes(installation)
        #expect(try installation.coupling(Self.mapping, Self.id)?.state == .skipped)
        #expect(installation.operations(Self.mapping, Self.id) == [.create])
        try installation.command("restore", Self.mapping, Self.id)
        try installation.settle()
        #expect(try installation.coupling(Self.mapping, Self.id)?.state == .coupled)
        #expect(try hasProductsUnit(installation))
    }

    /// Its product's end takes nothing away from it that was agreed.
    @Test(arguments: EngineSettings.DeletionPolicy.allCases)
    func itsProductsEndChangesNothing(policy: EngineSettings.DeletionPolicy) throws {
        let installation = try prepared(policy: policy)
        let before = try installation.coupling(Self.mapping, Self.id)
        installation.delete("items", Sample.item("A"))
        try installation.settle()
        #expect(try installation.coupling(Self.mapping, Self.id) == before)
    }
}
