// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Times that are none: the record fails and names them; everything else flows on.
struct NonsenseTimeTests {
    private let customer = Sample.id("customer C1")

    private func send(_ installation: Installation, _ record: Value, _ time: Value?, op: String = "u") {
        installation.now += 1_000
        var event: Value = [
            "op": .text(op), "source": ["system": "business-central", "company": .text(Installation.company)],
            (op == "d" ? "before" : "after"): record,
        ]
        event["ts_ms"] = time
        installation.produce("bc.changes.customers", key: customer, value: event.bytes)
    }

    @Test(
        arguments: [
            ("yesterday", nil), ("999999-01-01T00:00:00Z", nil), ("2026-13-01T00:00:00Z", nil),
            (nil, "-1"), (nil, "\"yesterday\""), (nil, "253402300800000"), (nil, "1.5"),
        ] as [(String?, String?)]
    )
    func recordFailsAndNamesTheTime(modifiedAt: String?, eventAt: String?) throws {
        let installation = try Installation()
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        let image = Sample.customer(
            "C1",
            [
                "city": "Leeds",
                "lastModifiedDateTime": .text(modifiedAt ?? Timestamp.text(milliseconds: installation.now + 5_000)),
            ]
        )
        let time: Value =
            eventAt.map { $0.hasPrefix("\"") ? .text("yesterday") : .number($0) }
            ?? .number(String(installation.now + 1_000))
        send(installation, image, time)
        try installation.settle()
        let failed = try #require(try installation.coupling("CUSTOMER", customer))
        #expect(failed.state == .failed)
        #expect(failed.error?.code == "WrongTime")
        #expect(failed.error?.message.contains(modifiedAt == nil ? "ts_ms" : "lastModifiedDateTime") == true)
        #expect(failed.exists)
        #expect(installation.operations("CUSTOMER", customer) == [.create])
        #expect(installation.deadLetters.isEmpty)
        installation.now += 60_000
        installation.send("customers", Sample.customer("C1", ["city": "York"]))
        try installation.settle()
        #expect(try installation.row("CUSTOMER", customer)?["address1_city"] == "York")
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .coupled)
    }

    @Test func timeThatIsNoTextFailsTheRecord() throws {
        let installation = try Installation()
        send(installation, Sample.customer("C1", ["lastModifiedDateTime": 5]), nil)
        try installation.settle()
        #expect(try installation.coupling("CUSTOMER", customer)?.error?.code == "WrongTime")
    }

    @Test func whatCameWhileAChangeWasInFlightIsNotPublishedBehindIt() throws {
        let installation = try Installation(.init(isConfirmed: true))
        installation.send("customers", Sample.customer("C1"))
        try installation.runWorkers()
        send(installation, Sample.customer("C1", ["city": "Leeds"]), .number("-5"))
        try installation.settle()
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .failed)
        #expect(installation.operations("CUSTOMER", customer) == [.create])
        try installation.command("retry", "CUSTOMER", customer)
        try installation.settle()
        #expect(try installation.row("CUSTOMER", customer)?["address1_city"] == "Leeds")
    }

    /// A missing time, an empty one, and one without an offset are no nonsense.
    @Test(arguments: [nil, "", "2026-03-01T10:00:00", "2026-03-01T10:00:00.123+01:00"] as [String?])
    func otherTimesStayAllowed(modifiedAt: String?) throws {
        let installation = try Installation()
        let image = Sample.customer("C1", ["lastModifiedDateTime": modifiedAt.map { .text($0) }])
        send(installation, image, nil)
        try installation.settle()
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .coupled)
    }

    @Test func deleteWithANonsenseTimeFails() throws {
        let installation = try Installation(.init(adjust: { $0.deletionPolicy = .deleteOther }))
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        send(installation, Sample.customer("C1"), .number("-5"), op: "d")
        try installation.settle()
        #expect(try installation.coupling("CUSTOMER", customer)?.error?.code == "WrongTime")
        #expect(installation.operations("CUSTOMER", customer) == [.create])
    }
}
