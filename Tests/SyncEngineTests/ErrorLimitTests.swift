// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// When a record that fails again and again is skipped, and what takes it in again.
struct ErrorLimitTests {
    private let customer = Sample.id("customer C1")

    /// Workers whose changes are in flight until the test answers them.
    private func installation() throws -> Installation {
        try Installation(.init(isConfirmed: true, adjust: { $0.errorLimit = 3 }))
    }

    /// Changes the source and refuses the change that follows.
    private func refuse(_ installation: Installation, _ code: String, _ errorClass: ErrorClass = .permanent) throws {
        installation.send("customers", Sample.customer("C1"))
        try installation.runWorkers()
        let change = try #require(installation.changes.last)
        let result: Value = [
            "type": "result", "changeId": .text(change.changeID), "mapping": .text(change.mapping),
            "pairKey": .text(change.pairKey.description), "status": "failed", "recordId": .text(change.recordID),
            "etag": .null, "related": [:], "attempts": 1,
            "error": ["class": .text(errorClass.rawValue), "code": .text(code), "message": "refused"],
        ]
        let key = change.pairKey.description
        installation.produce(change.replyTopic, key: key, value: result.bytes, partition: change.replyPartition)
        try installation.runWorkers()
    }

    private func coupling(_ installation: Installation) throws -> Coupling {
        try #require(try installation.coupling("CUSTOMER", customer))
    }

    @Test func theSameRefusalAgainAndAgainSkipsTheRecord() throws {
        let installation = try installation()
        for tries in 1...2 {
            try refuse(installation, "A")
            #expect(try coupling(installation).state == .failed)
            #expect(try coupling(installation).failures == tries)
        }
        try refuse(installation, "A")
        #expect(try coupling(installation).state == .skipped)
        #expect(try coupling(installation).error?.code == "A")
    }

    @Test func anotherErrorCountsAnew() throws {
        let installation = try installation()
        for code in ["A", "A", "B", "B", "A", "A"] {
            try refuse(installation, code)
            #expect(try coupling(installation).state == .failed)
        }
        try refuse(installation, "A")
        #expect(try coupling(installation).state == .skipped)
    }

    @Test(arguments: [ErrorClass.transient, .throttled])
    func errorsOfTheMomentNeverCount(_ errorClass: ErrorClass) throws {
        let installation = try installation()
        for tries in 1...5 {
            try refuse(installation, "busy", errorClass)
            #expect(try coupling(installation).state == .failed)
            #expect(try coupling(installation).failures == 0)
            #expect(try coupling(installation).tries == tries)
        }
        for _ in 1...2 { try refuse(installation, "A") }
        #expect(try coupling(installation).failures == 2)
        #expect(try coupling(installation).tries == 7)
        try refuse(installation, "busy", errorClass)
        for _ in 1...2 { try refuse(installation, "A") }
        #expect(try coupling(installation).state == .failed)
        try refuse(installation, "A")
        #expect(try coupling(installation).state == .skipped)
    }

    @Test func aCommandTakesInWhatTheLimitSkippedAndCountsAnew() throws {
        let installation = try installation()
        for _ in 1...3 { try refuse(installation, "A") }
        let published = installation.changes.count
        installation.send("customers", Sample.customer("C1", ["city": "York"]))
        try installation.runWorkers()
        #expect(installation.changes.count == published)
        #expect(try coupling(installation).state == .skipped)
        try installation.command("restore", "CUSTOMER", customer)
        try installation.runWorkers()
        #expect(installation.changes.count == published + 1)
        #expect(installation.changes.last?["address1_city"] == "York")
        #expect(try coupling(installation).failures == 0)
        #expect(try coupling(installation).tries == 3)
        try installation.settle()
        #expect(try coupling(installation).tries == 0)
        #expect(try installation.row("CUSTOMER", customer)?["address1_city"] == "York")
        #expect(try coupling(installation).state == .coupled)
        #expect(try coupling(installation).error == nil)
    }
}
