// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Changes that count when their result says so, and operators' commands.
struct ConfirmedDeliveryTests {
    private let customer = Sample.id("customer C1")

    @Test func oneChangeIsInFlightAndLaterOnesMerge() throws {
        let installation = try Installation(.init(isConfirmed: true))
        for city in ["London", "Leeds", "York"] {
            installation.send("customers", Sample.customer("C1", ["city": .text(city)]))
            try installation.runWorkers()
        }
        #expect(installation.operations("CUSTOMER", customer) == [.create])
        let coupling = try #require(try installation.coupling("CUSTOMER", customer))
        #expect(coupling.state == .pending)
        #expect(!coupling.exists)
        #expect(installation.count(.queued, "CUSTOMER") == 2)
        try installation.settle()
        let changes = installation.changes("CUSTOMER", customer)
        #expect(changes.map(\.operation) == [.create, .update])
        #expect(changes.last?["address1_city"] == "York")
        #expect(changes.last?.causation.offset == 2)
    }

    @Test func resultsOfOtherChangesAreIgnored() throws {
        let installation = try Installation(.init(isConfirmed: true))
        installation.send("customers", Sample.customer("C1"))
        try installation.runWorkers()
        var foreign = try #require(installation.changes.first)
        let own = foreign
        foreign.changeID = Sample.id("another change")
        installation.answer(foreign, status: "applied")
        try installation.runWorkers()
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .pending)
        installation.answer(own, status: "applied")
        installation.answer(own, status: "failed", code: "0x80040265")
        try installation.runWorkers()
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .coupled)
        #expect(try installation.coupling("CUSTOMER", customer)?.crm.etag == "W/\"1\"")
    }

    @Test func refusedChangeFailsTheRecordAndTheNextEventIsTried() throws {
        let installation = try Installation(.init(isConfirmed: true))
        installation.send("customers", Sample.customer("C1"))
        try installation.runWorkers()
        installation.answer(try #require(installation.changes.last), status: "failed", code: "0x80040265")
        try installation.runWorkers()
        let failed = try #require(try installation.coupling("CUSTOMER", customer))
        #expect(failed.state == .failed)
        #expect(failed.failures == 1)
        #expect(failed.error?.code == "0x80040265")
        installation.send("customers", Sample.customer("C1", ["city": "Leeds"]))
        try installation.runWorkers()
        #expect(installation.operations("CUSTOMER", customer) == [.create, .create])
        installation.answer(try #require(installation.changes.last), status: "applied")
        try installation.runWorkers()
        let coupled = try #require(try installation.coupling("CUSTOMER", customer))
        #expect(coupled.state == .coupled)
        #expect(coupled.failures == 0)
        #expect(coupled.error == nil)
    }

    @Test func whatMergedBehindARefusedChangeIsTriedAtOnce() throws {
        let installation = try Installation(.init(isConfirmed: true))
        installation.send("customers", Sample.customer("C1"))
        try installation.runWorkers()
        installation.send("customers", Sample.customer("C1", ["city": "Leeds"]))
        try installation.runWorkers()
        installation.answer(try #require(installation.changes.last), status: "failed", code: "0x80040265")
        try installation.runWorkers()
        #expect(installation.operations("CUSTOMER", customer) == [.create, .create])
        #expect(installation.changes.last?["address1_city"] == "Leeds")
    }

    @Test func failedUpdateLeavesTheRecordThere() throws {
        let installation = try Installation(.init(isConfirmed: true))
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        installation.send("customers", Sample.customer("C1", ["city": "Leeds"]))
        try installation.runWorkers()
        installation.answer(try #require(installation.changes.last), status: "failed", code: "0x80040265")
        try installation.runWorkers()
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .failed)
        #expect(try installation.coupling("CUSTOMER", customer)?.exists == true)
    }

    @Test func failedDeleteLeavesTheRowThereAndNobodyRefersToIt() throws {
        let installation = try Installation(.init(isConfirmed: true, adjust: { $0.deletionPolicy = .deleteOther }))
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        installation.delete("customers", Sample.customer("C1"))
        try installation.runWorkers()
        #expect(try installation.coupling("CUSTOMER", customer)?.exists == false)
        installation.answer(try #require(installation.changes.last), status: "failed", code: "0x80040265")
        try installation.runWorkers()
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .failed)
        #expect(try installation.coupling("CUSTOMER", customer)?.crm.isCreated == true)
        #expect(try installation.coupling("CUSTOMER", customer)?.exists == false)
    }

    @Test func duplicateOfOurOwnIdBecomesAnUpdate() throws {
        let installation = try Installation(.init(isConfirmed: true))
        let id = NamedUUID.make("CUSTOMER/\(Installation.company)/\(customer)")
        // An earlier life's row, of which nothing is known here.
        installation.dataverse.insert(
            "accounts",
            id: id,
            columns: ["name": "Old", "address1_city": "Bath", "address1_line2": "Floor 9", "customertypecode": "3"]
        )
        installation.send("customers", Sample.customer("C1", ["addressLine2": ""]))
        try installation.settle()
        #expect(installation.operations("CUSTOMER", customer) == [.create, .update])
        let row = try #require(installation.dataverse.row("accounts", id))
        #expect(row["name"] == "Customer C1")
        #expect(row["address1_city"] == "London")
        #expect(row["address1_line2"] == nil)
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .coupled)
    }

    @Test func duplicateProductThatIsActiveStaysUsable() throws {
        let installation = try Installation(.init(isConfirmed: true))
        let item = Sample.id("item 1000")
        try installation.couple(item: "1000")
        let product = try #require(try installation.row("ITEM-PRODUCT", item))
        // The worker's state is lost, and so are its couplings; the other worker's are not.
        let again = try Installation(.init(isConfirmed: true, dataverse: installation.dataverse))
        try again.couple(item: "1000")
        #expect(try again.coupling("ITEM-PRODUCT", item)?.state == .coupled)
        #expect(try again.coupling("ITEM-PRODUCT", item)?.exists == true)
        #expect(installation.dataverse.row("products", product.id)?["statecode"] == "0")
        // What only a create writes is known again, as others go by it.
        let group = try again.coupling("UNIT GROUP", item)?.crm.id
        #expect(try again.coupling("ITEM-PRODUCT", item)?.base["defaultuomscheduleid"] == group)
        #expect(try again.coupling("ITEM UOM", Sample.id("unit 1000/PCS"))?.base["uomscheduleid"] == group)
    }

    @Test func draftProductDoesNotExistYet() throws {
        let installation = try Installation(.init(isConfirmed: true))
        installation.send("price-lists", Sample.priceList("L"))
        installation.send("price-list-lines", Sample.price("L", "1000"))
        try installation.couple(item: "1000")
        let log = installation.dataverse.log.map { "\($0.operation.rawValue) \($0.entitySet)" }
        let activation = try #require(log.firstIndex(of: "setState products"))
        let price = try #require(log.firstIndex(of: "create productpricelevels"))
        #expect(activation < price)
        #expect(installation.dataverse.refusals.isEmpty)
    }

    @Test func changeThatCrossedARetirementWaitsForTheProduct() throws {
        let installation = try Installation(.init(isConfirmed: true))
        try installation.couple(item: "1000")
        installation.send("price-lists", Sample.priceList("L"))
        try installation.settle()
        installation.send("price-list-lines", Sample.price("L", "1000"))
        try installation.runWorkers()
        let price = try #require(installation.undelivered.first?.slot)
        installation.send("items", Sample.item("1000", ["blocked": true]))
        try installation.runWorkers()
        let product = try #require(installation.undelivered.last?.slot)
        try installation.deliver(from: product)
        try installation.deliver(from: price)
        #expect(installation.dataverse.refusals.map(\.error.code) == ["0x80061009"])
        try installation.settle()
        let pair = Sample.id("price L/10000")
        #expect(
            try installation.coupling("PLLINE-PRODPRICE", pair)?.waiting?.waitsFor.map(\.mapping) == ["ITEM-PRODUCT"]
        )
        installation.send("items", Sample.item("1000"))
        try installation.settle()
        let changes = installation.changes("PLLINE-PRODPRICE", pair)
        #expect(changes.map(\.operation) == [.create, .create])
        #expect(changes.first?.causation == changes.last?.causation)
        #expect(changes.first?.changeID != changes.last?.changeID)
        #expect(try installation.coupling("PLLINE-PRODPRICE", pair)?.state == .coupled)
        #expect(try installation.row("PLLINE-PRODPRICE", pair)?["amount"] == "143.9")
    }

    /// The price's worker has not heard of the retirement when it hears of the refusal.
    @Test func refusalThatComesBeforeItsCauseIsTriedAgain() throws {
        let installation = try Installation(.init(isConfirmed: true))
        try installation.couple(item: "1000")
        installation.send("price-lists", Sample.priceList("L"))
        try installation.settle()
        installation.send("price-list-lines", Sample.price("L", "1000"))
        try installation.runWorkers()
        let change = try #require(installation.changes.last)
        var refusal = Installation.result(change, status: "failed", code: "0x80061009")
        refusal["error"]?["class"] = "dependency"
        installation.produce(
            change.replyTopic,
            key: change.pairKey.description,
            value: refusal.bytes,
            partition: change.replyPartition
        )
        try installation.runWorkers()
        let pair = Sample.id("price L/10000")
        #expect(try installation.coupling("PLLINE-PRODPRICE", pair)?.state == .failed)
        installation.send("items", Sample.item("1000", ["blocked": true]))
        try installation.runWorkers()
        installation.send("items", Sample.item("1000"))
        try installation.settle()
        #expect(try installation.coupling("PLLINE-PRODPRICE", pair)?.state == .coupled)
    }

    @Test func retryIsANewChangeCausedByTheCommand() throws {
        let installation = try Installation(.init(isConfirmed: true))
        installation.send("customers", Sample.customer("C1"))
        try installation.runWorkers()
        installation.answer(try #require(installation.changes.last), status: "failed", code: "0x80040265")
        try installation.runWorkers()
        try installation.command("retry", "CUSTOMER", customer)
        try installation.runWorkers()
        let changes = installation.changes("CUSTOMER", customer)
        #expect(changes.map(\.operation) == [.create, .create])
        #expect(changes.last?.causation.topic == "sync.inbox.account-worker")
        #expect(changes.last?.columns == changes.first?.columns)
    }

    @Test func skippedRecordQueuesUntilItIsRestored() throws {
        let installation = try Installation()
        installation.send("customers", Sample.customer("C1", ["city": .text(String(repeating: "x", count: 81))]))
        try installation.settle()
        try installation.command("skip", "CUSTOMER", customer)
        try installation.settle()
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .skipped)
        #expect(installation.count(.queued, "CUSTOMER") == 1)
        #expect(installation.changes.isEmpty)
        try installation.command("restore", "CUSTOMER", customer)
        try installation.settle()
        #expect(installation.operations("CUSTOMER", customer) == [.create])
        #expect(try installation.row("CUSTOMER", customer)?["address1_city"] == "London")
    }

    @Test func failuresInARowSkipTheRecord() throws {
        let installation = try Installation(.init(adjust: { $0.errorLimit = 3 }))
        for length in 81..<84 {
            installation.send(
                "customers",
                Sample.customer("C1", ["city": .text(String(repeating: "x", count: length))])
            )
        }
        try installation.settle()
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .skipped)
    }

    @Test func skippingWhatIsOverDoesNothing() throws {
        let installation = try Installation()
        installation.send("customers", Sample.customer("C1", ["blocked": "All"]))
        try installation.settle()
        try installation.command("skip", "CUSTOMER", customer)
        try installation.settle()
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .filtered)
    }

    @Test func unreadableInboxRecordsAreDeadLetters() throws {
        let installation = try Installation()
        for text in [
            "{", #"{"type":"x"}"#, #"{"type":"result"}"#, #"{"type":"command","command":"go","pairKey":"x"}"#, "{}",
        ] {
            installation.produce("sync.inbox.account-worker", key: "x", value: Array(text.utf8), partition: 0)
        }
        try installation.settle()
        #expect(installation.deadLetters.count == 5)
    }
}
