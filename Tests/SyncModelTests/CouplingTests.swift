// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel
import Testing

/// A coupling is the same after it was written and read.
struct CouplingTests {
    private func coupling(company: String, id: String = "0c7f3a10-8888-5aaa-9aaa-123456789abc") -> Coupling {
        var coupling = Coupling(
            mapping: "ITEM-PRODUCT",
            company: company,
            id: id,
            document: nil,
            state: .coupled,
            bc: Coupling.Source(
                entity: "items",
                id: id,
                key: "1896-S",
                version: RecordVersion(sequence: 42, modifiedAt: "2026-01-01T00:00:00.123Z", eventAt: 1_767_225_600_000)
            ),
            crm: Coupling.Target(entity: "products", id: "b0a0c6a8-3f0e-5d57-8f0d-0d5f2f6f1a11", isCreated: true)
        )
        coupling.exists = true
        coupling.revision = 7
        coupling.base = ["name": "Désk \u{e000} 🪑", "price": "649.4"]
        coupling.crm.related["baseuom"] = Coupling.Related(entity: "uoms", id: id)
        coupling.inFlight = Coupling.InFlight(
            changeID: id,
            operation: .update,
            causation: "bc.changes.items|0|1",
            values: ["price": "700", "description": nil]
        )
        coupling.error = .permanent("FieldTooLong", "too long")
        coupling.failures = 2
        coupling.tries = 5
        let causation = Causation(topic: "bc.changes.items", partition: 1, offset: 9, eventAt: 5, traceparent: "00-a")
        var waiting = Waiting(since: 1_000, causation: causation, wish: .upsert, image: Array(#"{"number":"1"}"#.utf8))
        waiting.waitsFor = [
            .init(mapping: "ITEM UOM", key: "1896-S/PCS", reason: .unseen),
            .init(mapping: "POSTEDSALESLINE-INV", key: "I1/*", reason: .sumsDiffer, detail: "total, amount"),
        ]
        coupling.waiting = waiting
        _ = coupling.emitted.next(.update, causation: causation.path)
        coupling.createdAt = 1_767_225_600_000
        coupling.updatedAt = 1_767_225_600_500
        return coupling
    }

    @Test(arguments: ["CRONUS International Ltd.", "CRONUS Österreich Müller", "株式会社/東京", "🪑/🪑"])
    func survivesWritingAndReading(company: String) throws {
        let written = coupling(company: company)
        var writer = JSONWriter()
        written.write(to: &writer)
        let read = try Coupling(try JSONDocument().parse(writer.bytes))
        #expect(read == written)
        #expect(read.pairKey == written.pairKey)
    }

    @Test(arguments: ["CRONUS International Ltd.", "株式会社/東京", "🪑/🪑"])
    func survivesTheLocalState(company: String) throws {
        var written = coupling(company: company)
        written.document = "a"
        written.bc.facts = ["status": "Open", "": "ü"]
        written.crm.etag = "W/1"
        written.base["empty"] = ""
        var writer = BinaryWriter()
        written.writeBinary(to: &writer)
        let text = written.pairKey.description
        try writer.withBytes { bytes in
            let read = try Coupling.read(bytes, pairKey: text)
            #expect(read == written)
            #expect(read.pairKey == written.pairKey)
            let again = try Coupling.read(bytes, pairKey: written.pairKey)
            #expect(again == written)
            let head = try CouplingHead(bytes)
            #expect(head.revision == 7 && head.state == .coupled && head.exists && head.isWaiting && head.hasMore)
            #expect(String(decoding: head.id, as: UTF8.self) == written.crm.id)
            #expect(String(decoding: head.entitySet, as: UTF8.self) == "products")
            for count in 0..<bytes.count {
                let part = UnsafeRawBufferPointer(rebasing: bytes[..<count])
                #expect(throws: Coupling.Unreadable.self) { try Coupling.read(part, pairKey: text) }
            }
        }
    }

    /// Of what follows others nothing waits.
    @Test func survivesBothFollowingOthers() throws {
        var written = coupling(company: "CRONUS")
        written.follows = written.waiting
        written.follows?.waitsFor = [.init(mapping: "ITEM-PRODUCT", key: "1896-S", reason: .followed)]
        written.waiting = nil
        var json = JSONWriter()
        written.write(to: &json)
        #expect(try Coupling(try JSONDocument().parse(json.bytes)) == written)
        var binary = BinaryWriter()
        written.writeBinary(to: &binary)
        try binary.withBytes { bytes in
            let read = try Coupling.read(bytes, pairKey: written.pairKey)
            #expect(read == written)
            let head = try CouplingHead(bytes)
            #expect(!head.isWaiting)
            for count in 0..<bytes.count {
                let part = UnsafeRawBufferPointer(rebasing: bytes[..<count])
                #expect(throws: Coupling.Unreadable.self) { try Coupling.read(part, pairKey: written.pairKey) }
            }
        }
        written.follows = nil
        json.removeAll()
        written.write(to: &json)
        #expect(try JSONDocument().parse(json.bytes)["follows"] == nil)
    }

    @Test func theLeastIsReadBackToo() throws {
        let source = Coupling.Source(
            entity: "items",
            id: "1",
            key: nil,
            version: RecordVersion(sequence: nil, modifiedAt: nil, eventAt: 0)
        )
        let target = Coupling.Target(entity: "products", id: "2")
        let pair = PairKey(mapping: "A", company: "C", id: "1")
        let written = Coupling(pair, document: nil, state: .filtered, bc: source, crm: target)
        var writer = BinaryWriter()
        written.writeBinary(to: &writer)
        let read = try writer.withBytes { try Coupling.read($0, pairKey: pair.description) }
        #expect(read == written)
    }

    @Test func recordWhosePairKeyIsAnothersIsRefused() throws {
        let text = #"{"mapping":"A","company":"C","pairKey":"A/D/1","state":"coupled","bc":{},"crm":{}}"#
        let json = try JSONDocument().parse(text)
        #expect(throws: Coupling.Unreadable.self) { try Coupling(json) }
    }
}
