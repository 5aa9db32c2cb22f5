// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import Testing

/// What results say of rows: a record never gets a row that is not its own.
struct DeliveredRowTests {
    private let customer = Sample.id("customer C1")
    private let euro = Sample.id("currency EUR")

    /// The customer's row carries an id of ours, which no delivery changes, whatever row it names.
    @Test(arguments: [
        Sample.id("another row"), "00000000-0000-0000-0000-000000000000", "none", "{\(Sample.id("another row"))}",
    ])
    func idOfOursStays(id: String) throws {
        let installation = try Installation(.init(isConfirmed: true))
        installation.send("customers", Sample.customer("C1"))
        try installation.runWorkers()
        let create = try #require(installation.changes.last)
        installation.answer(create, status: "applied", ["recordId": .text(id)])
        try installation.runWorkers()
        let coupling = try #require(try installation.coupling("CUSTOMER", customer))
        #expect(coupling.state == .coupled)
        #expect(coupling.crm.id == create.recordID)
        #expect(coupling.crm.etag == nil)
        #expect(installation.leftAside == [create.changeID])
        installation.send("customers", Sample.customer("C1", ["city": "Leeds"]))
        try installation.runWorkers()
        #expect(installation.changes.last?.recordID == create.recordID)
    }

    @Test func sameIDInAnotherFormAndNoneAreNoTrouble() throws {
        let installation = try Installation(.init(isConfirmed: true))
        installation.send("customers", Sample.customer("C1"))
        try installation.runWorkers()
        let create = try #require(installation.changes.last)
        installation.answer(create, status: "applied", ["recordId": .text(create.recordID.uppercased())])
        installation.send("customers", Sample.customer("C1", ["city": "Leeds"]))
        try installation.runWorkers()
        installation.answer(try #require(installation.changes.last), status: "applied", ["recordId": .null])
        try installation.runWorkers()
        #expect(try installation.coupling("CUSTOMER", customer)?.crm.id == create.recordID)
        #expect(installation.leftAside.isEmpty)
    }

    @Test func rowFoundByMatchIsTakenOver() throws {
        let installation = try Installation(.init(isConfirmed: true))
        installation.send("currencies", Sample.currency("EUR"))
        try installation.runWorkers()
        let row = Sample.id("row of the euro")
        installation.answer(
            try #require(installation.changes.last),
            status: "applied",
            ["recordId": .text(row.uppercased())]
        )
        try installation.runWorkers()
        #expect(try installation.coupling("CURRENCY", euro)?.crm.id == row)
        #expect(installation.leftAside.isEmpty)
        installation.send("currencies", Sample.currency("EUR", ["symbol": "E"]))
        try installation.runWorkers()
        let update = try #require(installation.changes.last)
        installation.answer(update, status: "applied", ["recordId": .text(Sample.id("another row"))])
        try installation.runWorkers()
        #expect(try installation.coupling("CURRENCY", euro)?.crm.id == row)
        #expect(installation.leftAside == [update.changeID])
    }

    /// Companies share the target, so the other one's currency of the same code may be what was found.
    @Test func rowOfAnotherRecordIsNoMatch() throws {
        let installation = try Installation(.init(isConfirmed: true))
        let other: Value = [
            "op": "c", "ts_ms": 1_767_225_600_000, "source": ["company": "Another"], "after": Sample.currency("EUR"),
        ]
        installation.produce("bc.changes.currencies", key: euro, value: other.bytes)
        try installation.runWorkers()
        let first = try #require(installation.changes.last)
        installation.answer(first, status: "applied")
        installation.send("currencies", Sample.currency("EUR"))
        try installation.runWorkers()
        let second = try #require(installation.changes.last)
        #expect(second.recordID != first.recordID)
        installation.answer(second, status: "applied", ["recordId": .text(first.recordID)])
        try installation.runWorkers()
        let coupling = try #require(try installation.coupling("CURRENCY", euro))
        #expect(coupling.state == .failed)
        #expect(coupling.error?.code == "RowOfAnother")
        #expect(!coupling.exists)
        #expect(coupling.crm.id == second.recordID)
        #expect(installation.leftAside == [second.changeID])
        try installation.command("retry", "CURRENCY", euro)
        try installation.runWorkers()
        #expect(installation.operations("CURRENCY", euro).suffix(2) == [.create, .create])
        #expect(installation.changes.last?.recordID == second.recordID)
    }

    @Test func relatedRowsHaveIDsOrAreLeftOut() throws {
        let installation = try Installation(.init(isConfirmed: true))
        installation.send("customers", Sample.customer("C1"))
        try installation.runWorkers()
        let row = Sample.id("related row")
        func related(_ id: Value) -> Value { ["entity": "uoms", "recordId": id] }
        installation.answer(
            try #require(installation.changes.last),
            status: "applied",
            [
                "related": [
                    "one": related(.text(row.uppercased())), "two": related("PCS"), "three": related(.null),
                    "four": related(.text(ChangeEvent.blankID)),
                ]
            ]
        )
        try installation.runWorkers()
        let coupling = try #require(try installation.coupling("CUSTOMER", customer))
        #expect(coupling.crm.related == ["one": .init(entity: "uoms", id: row)])
    }
}
