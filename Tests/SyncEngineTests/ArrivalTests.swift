// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncEngine
import SyncModel
import Testing

/// Where events come from and where they belong: keys, partitions, forms.
struct ArrivalTests {
    private let customer = Sample.id("customer C1")

    private func elsewhere(_ installation: Installation) -> Int32 {
        (Installation.home(of: customer, count: installation.options.partitions) + 1) % installation.options.partitions
    }

    @Test func eventWithAnObjectKeyIsForwardedHome() throws {
        let installation = try Installation()
        let key: Value = ["systemId": .text(customer.uppercased())]
        let text = String(decoding: key.bytes, as: UTF8.self)
        installation.send("customers", Sample.customer("C1"), key: text, partition: elsewhere(installation))
        try installation.settle()
        #expect(installation.forwarded == 1)
        #expect(installation.operations("CUSTOMER", customer) == [.create])
        let change = try #require(installation.changes("CUSTOMER", customer).first)
        #expect(change.causation.partition == elsewhere(installation))
        #expect(change.replyPartition == Installation.home(of: customer, count: installation.options.partitions))
    }

    /// A tombstone has nothing but its key.
    @Test(arguments: [
        #"{"schema":{"type":"string","optional":false},"payload":"ID"}"#,
        #"{"schema":{"type":"struct"},"payload":{"systemId":"ID"}}"#, #"{"systemId":"{ID}"}"#, "{ID}", #""{ID}""#,
        #""ID""#,
    ])
    func keyNamesTheRecord(form: String) throws {
        let installation = try Installation(.init(adjust: { $0.deletionPolicy = .removeCoupling }))
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        let parts = form.split(separator: "ID", omittingEmptySubsequences: false)
        let key = parts.joined(separator: customer.uppercased())
        installation.produce("bc.changes.customers", key: key, value: nil, partition: elsewhere(installation))
        try installation.settle()
        #expect(installation.deadLetters.isEmpty)
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .deleted)
    }

    @Test func eventWithoutKeyIsForwardedHome() throws {
        let installation = try Installation()
        let bytes = installation.send("customers", Sample.customer("C1"))
        installation.produce("bc.changes.customers", key: nil, value: bytes, partition: elsewhere(installation))
        installation.send("customers", Sample.customer("C1", ["city": "Leeds"]))
        try installation.settle()
        #expect(installation.forwarded == 1)
        #expect(installation.operations("CUSTOMER", customer) == [.create, .update])
    }

    @Test func blankAndForeignIdsAreDeadLetters() throws {
        let installation = try Installation()
        let zeros = "00000000-0000-0000-0000-000000000000"
        installation.send("customers", Sample.customer("C1", ["systemId": .text(zeros)]), key: nil)
        installation.send("customers", Sample.customer("C1", ["systemId": "C1"]), key: nil)
        installation.send("customers", Sample.customer("C1", ["systemId": nil]), key: nil)
        installation.send("customers", Sample.customer("C1"), key: Sample.id("customer C2"))
        try installation.settle()
        #expect(installation.deadLetters.count == 4)
        #expect(installation.changes.isEmpty)
    }

    @Test(arguments: [
        "", "{", "[]", "17", #"{"op":"x","after":{}}"#, #"{"op":"c"}"#, #"{"op":"c","after":null}"#, #"{"after":{}}"#,
        #"{"op":"c","after":{}} x"#, String(repeating: "[", count: 100),
    ])
    func unreadableEventIsADeadLetterAsItIs(text: String) throws {
        let installation = try Installation()
        installation.produce("bc.changes.customers", key: customer, value: Array(text.utf8))
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        #expect(installation.deadLetters.count == 1)
        #expect(installation.deadLetters.first?.value == Array(text.utf8))
        #expect(installation.deadLetters.first?.key == Array(customer.utf8))
        #expect(installation.operations("CUSTOMER", customer) == [.create])
    }

    @Test func companiesAreApart() throws {
        let installation = try Installation()
        let event: Value = [
            "op": "c", "ts_ms": 1_767_225_600_000, "source": ["company": "Another"], "after": Sample.customer("C1"),
        ]
        installation.produce("bc.changes.customers", key: customer, value: event.bytes)
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        #expect(Set(installation.changes.map(\.pairKey.company)) == ["Another", Installation.company])
    }

    @Test func eventWithoutCompanyNeedsTheSetting() throws {
        let event: Value = ["op": "c", "ts_ms": 1_767_225_600_000, "after": Sample.customer("C1")]
        let without = try Installation()
        without.produce("bc.changes.customers", key: customer, value: event.bytes)
        try without.settle()
        #expect(without.deadLetters.count == 1)
        let with = try Installation(.init(adjust: { $0.company = Installation.company }))
        with.produce("bc.changes.customers", key: customer, value: event.bytes)
        try with.settle()
        #expect(with.operations("CUSTOMER", customer) == [.create])
    }

    @Test func debeziumEventsAreTakenAsTheyAre() throws {
        let installation = try Installation(
            .init(adjust: {
                $0.company = Installation.company
                $0.deletionPolicy = .deleteOther
            })
        )
        let messages = try DebeziumMessages.load()
        let item = try #require(messages.first?.id)
        let unit = Sample.itemUnit("BIKE", "PCS", ["itemId": .text(item)])
        installation.send("item-units", unit)
        for message in messages {
            installation.produce(
                "bc.changes.items",
                key: message.key,
                value: message.value,
                partition: 0,
                timestamp: message.timestamp
            )
            try installation.settle()
        }
        #expect(installation.deadLetters.isEmpty)
        let changes = installation.changes("ITEM-PRODUCT", item)
        #expect(changes.map(\.operation) == [.create, .setState, .update, .delete])
        #expect(changes.first?["price"] == "4000")
        #expect(changes[2].names == ["price"])
        #expect(changes[2]["price"] == "4100.5")
    }
}

/// Messages as Debezium's PostgreSQL connector writes them for a table of items.
struct DebeziumMessages {
    var key: String
    var value: [UInt8]?
    var id: String
    var timestamp: Int64

    static func load() throws -> [DebeziumMessages] {
        let document = JSONDocument()
        return try TestFiles.lines("debezium-items").map { line in
            let json = Value(try document.parse(line))
            let key = json["key"]?.text ?? ""
            let value = json["value"].flatMap { $0 == .null ? nil : $0 }
            let id = Value(try document.parse(key))["systemId"]?.text ?? ""
            let time = value?["payload"]?["ts_ms"]?.text.flatMap { Int64($0) } ?? 1_767_605_410_000
            return DebeziumMessages(key: key, value: value?.bytes, id: id, timestamp: time)
        }
    }
}
