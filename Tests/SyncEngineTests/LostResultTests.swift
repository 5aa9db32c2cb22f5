// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Results that never come: an operator's command goes on, whether or not the change was carried out.
struct LostResultTests {
    private let customer = Sample.id("customer C1")

    /// Customer C1's create, or its update to Leeds, is on its way; `isApplied`: the target has it, the result is lost.
    private func installation(coupled isCoupled: Bool, isApplied: Bool) throws -> Installation {
        let installation = try Installation(.init(isConfirmed: true, adjust: { $0.deletionPolicy = .deleteOther }))
        installation.send("customers", Sample.customer("C1"))
        if isCoupled {
            try installation.settle()
            installation.send("customers", Sample.customer("C1", ["city": "Leeds"]))
        }
        try installation.runWorkers()
        try installation.loseChange(isApplied: isApplied)
        return installation
    }

    @Test(arguments: [true, false])
    func createIsRepeatedWithItsID(isApplied: Bool) throws {
        let installation = try installation(coupled: false, isApplied: isApplied)
        try installation.command("retry", "CUSTOMER", customer)
        try installation.settle()
        let changes = installation.changes("CUSTOMER", customer)
        #expect(changes.map(\.operation) == (isApplied ? [.create, .create, .update] : [.create, .create]))
        #expect(Set(changes.map(\.recordID)).count == 1)
        #expect(Set(changes.map(\.changeID)).count == changes.count)
        #expect(changes[1].causation.topic == "sync.inbox.account-worker")
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .coupled)
        #expect(installation.dataverse.rows("accounts").count == 1)
    }

    @Test func lateResultIsIgnored() throws {
        let installation = try installation(coupled: false, isApplied: false)
        let lost = try #require(installation.changes.last)
        try installation.command("retry", "CUSTOMER", customer)
        try installation.runWorkers()
        installation.answer(lost, status: "failed", code: "0x80040265")
        try installation.runWorkers()
        let coupling = try #require(try installation.coupling("CUSTOMER", customer))
        #expect(coupling.state == .pending)
        #expect(coupling.inFlight?.changeID == installation.changes.last?.changeID)
        #expect(coupling.inFlight?.changeID != lost.changeID)
    }

    /// Measured against what was agreed nothing would differ, and the row would keep the lost change's value.
    @Test(arguments: [true, false])
    func valueThatWentBackIsWritten(isApplied: Bool) throws {
        let installation = try installation(coupled: true, isApplied: isApplied)
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        #expect(installation.changes.count == 2)
        try installation.command("retry", "CUSTOMER", customer)
        try installation.settle()
        #expect(installation.changes.last?.names == ["address1_city"])
        #expect(try installation.row("CUSTOMER", customer)?["address1_city"] == "London")
        // Known again: the next event writes what differs.
        installation.send("customers", Sample.customer("C1", ["displayName": "Other"]))
        try installation.settle()
        #expect(installation.changes.last?.names == ["name"])
        #expect(try installation.coupling("CUSTOMER", customer)?.bc.facts.keys.contains("@unsure") == false)
    }

    @Test func restoreGoesOnAfterASkip() throws {
        let installation = try installation(coupled: false, isApplied: true)
        try installation.command("skip", "CUSTOMER", customer)
        try installation.settle()
        installation.send("customers", Sample.customer("C1", ["city": "York"]))
        try installation.settle()
        #expect(installation.changes.count == 1)
        try installation.command("restore", "CUSTOMER", customer)
        try installation.settle()
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .coupled)
        #expect(try installation.row("CUSTOMER", customer)?["address1_city"] == "York")
    }

    @Test(arguments: [true, false])
    func rowOfALostCreateIsDeletedAlong(isApplied: Bool) throws {
        let installation = try installation(coupled: false, isApplied: isApplied)
        installation.delete("customers", Sample.customer("C1"))
        try installation.settle()
        try installation.command("retry", "CUSTOMER", customer)
        try installation.settle()
        #expect(installation.operations("CUSTOMER", customer) == [.create, .delete])
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .deleted)
        #expect(installation.dataverse.rows("accounts").isEmpty)
    }

    @Test(arguments: [true, false])
    func recordThatCameBackBehindALostDeleteIsThere(isApplied: Bool) throws {
        let installation = try Installation(.init(isConfirmed: true, adjust: { $0.deletionPolicy = .deleteOther }))
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        installation.delete("customers", Sample.customer("C1"))
        try installation.runWorkers()
        try installation.loseChange(isApplied: isApplied)
        installation.send("customers", Sample.customer("C1", ["city": "York"]))
        try installation.runWorkers()
        try installation.command("retry", "CUSTOMER", customer)
        try installation.settle()
        #expect(try installation.coupling("CUSTOMER", customer)?.exists == true)
        #expect(try installation.row("CUSTOMER", customer)?["address1_city"] == "York")
    }

    /// A product whose retirement is lost is active again once its item is.
    @Test(arguments: [true, false])
    func stateOfALostChangeIsSetAgain(isApplied: Bool) throws {
        let installation = try Installation(.init(isConfirmed: true))
        let item = Sample.id("item 1000")
        try installation.couple(item: "1000")
        installation.send("items", Sample.item("1000", ["blocked": true]))
        try installation.runWorkers()
        try installation.loseChange(isApplied: isApplied)
        installation.send("items", Sample.item("1000"))
        try installation.runWorkers()
        try installation.command("retry", "ITEM-PRODUCT", item)
        try installation.settle()
        #expect(installation.operations("ITEM-PRODUCT", item).last == .setState)
        #expect(try installation.row("ITEM-PRODUCT", item)?["statecode"] == "0")
        #expect(try installation.coupling("ITEM-PRODUCT", item)?.exists == true)
    }

    @Test func recordWithNothingOnItsWayIsNotTriedAgain() throws {
        let installation = try Installation(.init(isConfirmed: true))
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        let before = try #require(try installation.coupling("CUSTOMER", customer))
        try installation.command("retry", "CUSTOMER", customer)
        try installation.settle()
        #expect(try installation.coupling("CUSTOMER", customer) == before)
    }
}
