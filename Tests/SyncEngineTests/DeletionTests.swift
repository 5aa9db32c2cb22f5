// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Deletes, tombstones, and lives after them.
struct DeletionTests {
    private let customer = Sample.id("customer C1")

    private func coupled(_ policy: EngineSettings.DeletionPolicy, isConfirmed: Bool = false) throws -> Installation {
        let installation = try Installation(.init(isConfirmed: isConfirmed, adjust: { $0.deletionPolicy = policy }))
        installation.send("customers", Sample.customer("C1", ["addressLine2": "Floor 2"]))
        try installation.settle()
        installation.delete("customers", Sample.customer("C1"))
        try installation.settle()
        return installation
    }

    @Test func keepSendsNothing() throws {
        let installation = try coupled(.keep)
        #expect(installation.operations("CUSTOMER", customer) == [.create])
        let coupling = try #require(try installation.coupling("CUSTOMER", customer))
        #expect(coupling.state == .broken)
        #expect(!coupling.exists)
    }

    @Test func removeCouplingSendsNothing() throws {
        let installation = try coupled(.removeCoupling)
        #expect(installation.operations("CUSTOMER", customer) == [.create])
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .deleted)
        #expect(try installation.coupling("CUSTOMER", customer)?.exists == false)
    }

    @Test(arguments: [false, true])
    func deleteOtherDeletes(isConfirmed: Bool) throws {
        let installation = try coupled(.deleteOther, isConfirmed: isConfirmed)
        #expect(installation.operations("CUSTOMER", customer) == [.create, .delete])
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .deleted)
        #expect(installation.dataverse.rows("accounts").isEmpty)
    }

    @Test func recordOfAPairThatIsOverEndsAfterAWeek() throws {
        let installation = try coupled(.deleteOther)
        let ended = try #require(try installation.coupling("CUSTOMER", customer)?.updatedAt)
        installation.now = ended + 7 * 86_400_000
        try installation.forgetEnded()
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .deleted)
        installation.now += 1
        try installation.forgetEnded()
        #expect(try installation.coupling("CUSTOMER", customer) == nil)
        let records = installation.topics.filter { $0.key.topic == "sync.couplings.account-worker" }.flatMap(\.value)
        #expect(records.last?.value == nil)
        installation.send("customers", Sample.customer("C1", ["city": "Leeds"]))
        try installation.settle()
        #expect(installation.operations("CUSTOMER", customer) == [.create, .delete, .create])
    }

    @Test(arguments: [EngineSettings.DeletionPolicy.keep, .removeCoupling, .deleteOther], [false, true])
    func recordLivesAgain(policy: EngineSettings.DeletionPolicy, isConfirmed: Bool) throws {
        let installation = try coupled(policy, isConfirmed: isConfirmed)
        installation.send("customers", Sample.customer("C1", ["city": "Leeds"]))
        try installation.settle()
        let last: SyncModel.Operation = policy == .deleteOther ? .create : .update
        #expect(installation.operations("CUSTOMER", customer).last == last)
        let row = try #require(try installation.row("CUSTOMER", customer))
        #expect(row["address1_city"] == "Leeds")
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .coupled)
        #expect(try installation.coupling("CUSTOMER", customer)?.exists == true)
        #expect(installation.dataverse.refusals.isEmpty)
        installation.send("customers", Sample.customer("C1", ["city": "Leeds", "addressLine2": ""]))
        try installation.settle()
        #expect(try installation.row("CUSTOMER", customer)?["address1_line2"] == nil)
    }

    @Test func recordLivesAgainWithTheSameValues() throws {
        let installation = try coupled(.keep)
        installation.send("customers", Sample.customer("C1", ["addressLine2": "Floor 2"]))
        try installation.settle()
        #expect(installation.operations("CUSTOMER", customer) == [.create])
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .coupled)
        #expect(try installation.coupling("CUSTOMER", customer)?.exists == true)
    }

    @Test func nothingRefersToADeletedRecord() throws {
        let installation = try coupled(.keep)
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: []))
        try installation.settle()
        let waits = try installation.coupling("POSTEDSALESINV-INV", Sample.id("invoice I1"))?.waiting?.waitsFor
        #expect(waits == [.init(mapping: "CUSTOMER", key: "C1", reason: .deleted)])
    }

    @Test func deleteOfAnUnknownRecordLeavesItsVersion() throws {
        let installation = try Installation()
        installation.delete("customers", Sample.customer("C1"))
        let past = installation.now - 60_000
        installation.send("customers", Sample.customer("C1"), at: past)
        try installation.settle()
        #expect(installation.changes.isEmpty)
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .deleted)
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        #expect(installation.operations("CUSTOMER", customer) == [.create])
    }

    @Test func staleDeleteChangesNothing() throws {
        let installation = try Installation()
        installation.send("customers", Sample.customer("C1"))
        let past = installation.now - 60_000
        installation.delete("customers", Sample.customer("C1"), at: past)
        try installation.settle()
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .coupled)
    }

    @Test func lateEventDoesNotReviveWhatWaitsToBeDeleted() throws {
        let installation = try Installation(.init(isConfirmed: true))
        installation.send("customers", Sample.customer("C1"))
        try installation.runWorkers()
        let between = installation.now + 500
        installation.delete("customers", Sample.customer("C1"))
        try installation.runWorkers()
        #expect(try installation.coupling("CUSTOMER", customer)?.waiting?.wish == .delete)
        installation.send("customers", Sample.customer("C1", ["city": "Leeds"]), at: between)
        try installation.settle()
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .broken)
        #expect(installation.count(.stale, "CUSTOMER") == 1)
    }

    @Test func deleteEndsTheWaiting() throws {
        let installation = try Installation()
        let item = Sample.id("item 1000")
        installation.send("items", Sample.item("1000"))
        try installation.settle()
        #expect(try installation.coupling("ITEM-PRODUCT", item)?.state == .waiting)
        installation.delete("items", Sample.item("1000"))
        installation.send("item-units", Sample.itemUnit("1000"))
        try installation.settle()
        #expect(installation.operations("ITEM-PRODUCT", item) == [])
        #expect(try installation.coupling("ITEM-PRODUCT", item)?.waiting == nil)
    }

    @Test func tombstoneDeletesAKnownRecordOnce() throws {
        let installation = try Installation(.init(adjust: { $0.deletionPolicy = .deleteOther }))
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        for _ in 0..<2 {
            installation.now += 1_000
            installation.produce("bc.changes.customers", key: customer, value: nil)
        }
        installation.produce("bc.changes.customers", key: Sample.id("nobody"), value: nil)
        try installation.settle()
        #expect(installation.operations("CUSTOMER", customer) == [.create, .delete])
        #expect(installation.deadLetters.isEmpty)
    }

    /// A database connector sends a tombstone behind each delete; its time is the broker's, later than any event's.
    @Test(arguments: [false, true])
    func tombstoneBehindItsDeleteKeepsNoNewLifeAway(isConfirmed: Bool) throws {
        let policy = { (settings: inout EngineSettings) in settings.deletionPolicy = .deleteOther }
        let installation = try Installation(.init(isConfirmed: isConfirmed, adjust: policy))
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        installation.now += 1_000
        installation.delete("customers", Sample.customer("C1"))
        installation.produce("bc.changes.customers", key: customer, value: nil, timestamp: installation.now + 60_000)
        installation.now += 1_000
        installation.send("customers", Sample.customer("C1", ["city": "Leeds"]))
        try installation.settle()
        #expect(try installation.row("CUSTOMER", customer)?["address1_city"] == "Leeds")
    }

    /// After a crash a connector sends again what it had sent: a life, its end with the tombstone, and the next life.
    @Test(arguments: [false, true])
    func aRepeatedDeleteAndItsTombstoneEndNothing(isConfirmed: Bool) throws {
        let policy = { (settings: inout EngineSettings) in settings.deletionPolicy = .deleteOther }
        let installation = try Installation(.init(isConfirmed: isConfirmed, adjust: policy))
        let began = installation.now
        for repetition in 0..<3 {
            installation.now = began
            installation.send("customers", Sample.customer("C1"))
            installation.now += 1_000
            installation.delete("customers", Sample.customer("C1"))
            let time = installation.now + Int64(repetition + 1) * 60_000
            installation.produce("bc.changes.customers", key: customer, value: nil, timestamp: time)
            installation.now += 1_000
            installation.send("customers", Sample.customer("C1", ["city": "Leeds"]))
            try installation.settle()
        }
        #expect(try installation.row("CUSTOMER", customer)?["address1_city"] == "Leeds")
        #expect(installation.operations("CUSTOMER", customer).filter { $0 == .delete }.count <= 1)
        // One that comes by itself does: compaction has removed its delete.
        installation.now += 300_000
        installation.produce("bc.changes.customers", key: customer, value: nil, timestamp: installation.now)
        try installation.settle()
        #expect(try installation.row("CUSTOMER", customer) == nil)
    }

    @Test func aTombstoneDeletesWhatAnotherInstanceHasBroughtBack() throws {
        var options = Installation.Options(adjust: { $0.deletionPolicy = .deleteOther })
        options.instances = 2
        let installation = try Installation(options)
        let workers = installation.instances.filter { $0.name == "account-worker" }
        try #require(workers.count == 2)
        let home = Installation.home(of: customer, count: options.partitions)
        func move(from one: WorkerInstance, to other: WorkerInstance) throws {
            one.engine.ownedPartitions.remove(home)
            try installation.assign(other.engine.ownedPartitions.union([home]), to: other)
        }
        let owner = try #require(workers.first { $0.engine.ownedPartitions.contains(home) })
        let other = try #require(workers.first { $0 !== owner })
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        installation.now += 1_000
        installation.delete("customers", Sample.customer("C1"))
        try installation.settle()
        // The event that is read elsewhere is not known where its partition comes back to.
        try move(from: owner, to: other)
        installation.now += 1_000
        installation.send("customers", Sample.customer("C1", ["city": "Leeds"]))
        try installation.settle()
        #expect(try installation.row("CUSTOMER", customer)?["address1_city"] == "Leeds")
        try move(from: other, to: owner)
        installation.now += 1_000
        installation.produce("bc.changes.customers", key: customer, value: nil)
        try installation.settle()
        #expect(try installation.row("CUSTOMER", customer) == nil)
    }

    /// Compaction has removed the delete, or a restart has parted it from its tombstone.
    @Test(arguments: [false, true])
    func whatIsRepeatedBehindATombstoneBringsTheRecordBack(isConfirmed: Bool) throws {
        let policy = { (settings: inout EngineSettings) in settings.deletionPolicy = .deleteOther }
        let installation = try Installation(.init(isConfirmed: isConfirmed, adjust: policy))
        let began = installation.now
        for repetition in 0..<3 {
            installation.now = began
            installation.send("customers", Sample.customer("C1"))
            let time = began + Int64(repetition + 1) * 60_000
            installation.produce("bc.changes.customers", key: customer, value: nil, timestamp: time)
            installation.now += 2_000
            installation.send("customers", Sample.customer("C1", ["city": "Leeds"]))
            try installation.settle()
            #expect(try installation.row("CUSTOMER", customer)?["address1_city"] == "Leeds")
        }
        installation.produce("bc.changes.customers", key: customer, value: nil, timestamp: began)
        try installation.settle()
        #expect(try installation.row("CUSTOMER", customer) == nil)
        // Older than what the tombstone deleted.
        installation.now = began + 1_000
        installation.send("customers", Sample.customer("C1", ["city": "York"]))
        try installation.settle()
        #expect(try installation.row("CUSTOMER", customer) == nil)
    }

    @Test func tombstoneInAnotherPartitionIsForwarded() throws {
        let installation = try Installation(.init(adjust: { $0.deletionPolicy = .deleteOther }))
        installation.send("customers", Sample.customer("C1"))
        let home = Installation.home(of: customer, count: installation.options.partitions)
        let key: Value = ["systemId": .text(customer)]
        installation.produce(
            "bc.changes.customers",
            key: String(decoding: key.bytes, as: UTF8.self),
            value: nil,
            partition: (home + 1) % installation.options.partitions,
            timestamp: installation.now + 1
        )
        try installation.settle()
        #expect(installation.forwarded == 1)
        #expect(installation.operations("CUSTOMER", customer) == [.create, .delete])
    }

    @Test func tombstoneOfAnInvoiceEndsItsLines() throws {
        let installation = try Installation(.init(adjust: { $0.deletionPolicy = .deleteOther }))
        try installation.couple(item: "1000")
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        let line = Sample.line("I1", 10_000, item: "1000")
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [line]))
        try installation.settle()
        installation.now += 1_000
        installation.produce("bc.changes.sales-invoices", key: Sample.id("invoice I1"), value: nil)
        try installation.settle()
        #expect(try installation.coupling("POSTEDSALESINV-INV", Sample.id("invoice I1"))?.state == .deleted)
        #expect(try installation.coupling("POSTEDSALESLINE-INV", Sample.id("line I1/10000"))?.state == .deleted)
        #expect(installation.dataverse.rows("invoicedetails").isEmpty)
        #expect(installation.dataverse.refusals.isEmpty)
    }

    @Test func staleDeleteOfAnInvoiceLeavesItsLines() throws {
        let installation = try Installation()
        try installation.couple(item: "1000")
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        let line = Sample.line("I1", 10_000, item: "1000")
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [line]))
        try installation.settle()
        let past = installation.now - 60_000
        installation.delete("sales-invoices", Sample.invoice("I1", customer: "C1", lines: nil), at: past)
        try installation.settle()
        #expect(try installation.coupling("POSTEDSALESLINE-INV", Sample.id("line I1/10000"))?.state == .coupled)
    }
}
