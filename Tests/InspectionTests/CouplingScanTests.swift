// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import DiagnosisTestSupport
import JSON
import SyncModel
import Testing

@testable import Inspection

@Suite("A scan of couplings")
struct CouplingScanTests {
    private func scan(_ query: String, limit: Int = 100) -> CouplingScan {
        let query = PairQuery(query, mapping: nil, mappingNames: ["CUSTOMER", "ITEM-PRODUCT"])
        return CouplingScan(literals: [query.literal], limit: limit, isMeant: query.matches)
    }

    private func put(_ coupling: Coupling, into scan: inout CouplingScan) {
        var writer = JSONWriter()
        coupling.write(to: &writer)
        take(coupling.pairKey.description, writer.bytes, into: &scan)
    }

    private func take(_ key: String, _ value: [UInt8]?, into scan: inout CouplingScan) {
        Array(key.utf8).withUnsafeBytes { key in
            guard let value else { return scan.take(key: key, value: nil, partition: 3) }
            value.withUnsafeBytes { scan.take(key: key, value: $0, partition: 3) }
        }
    }

    @Test(
        "finds a pair by key, ids and natural key, as workers compare it",
        arguments: [
            "Caf\u{e9}-\"1\"", "CAF\u{c9}-\"1\"", "  caf\u{e9}-\"1\" ", Pairs.id(1), "{\(Pairs.id(1))}",
            Pairs.id(1).uppercased(), "CUSTOMER/CRONUS/\(Pairs.id(1))", NamedUUID.make("CUSTOMER/1"),
        ]
    )
    func names(query: String) {
        var scan = scan(query)
        put(Pairs.coupling("CUSTOMER", "caf\u{e9}-\"1\"", 1, .coupled, exists: true), into: &scan)
        put(Pairs.coupling("CUSTOMER", "caf\u{e9}-\"11\"", 2, .coupled, exists: true), into: &scan)
        #expect(scan.meant.keys.sorted() == ["CUSTOMER/CRONUS/\(Pairs.id(1))"])
        #expect(scan.meant.values.map(\.partition) == [3])
        #expect(scan.count == 2)
    }

    @Test("keeps the newest of a pair")
    func newest() {
        var scan = scan("1000")
        let key = "CUSTOMER/CRONUS/\(Pairs.id(1))"
        put(Pairs.coupling("CUSTOMER", "1000", 1, .failed), into: &scan)
        put(Pairs.coupling("CUSTOMER", "1000", 1, .coupled, exists: true), into: &scan)
        #expect(scan.meant[key]?.coupling.state == .coupled)
        put(Pairs.coupling("CUSTOMER", "2000", 1, .coupled, exists: true), into: &scan)
        #expect(scan.meant.isEmpty, "it has another number now")
        put(Pairs.coupling("CUSTOMER", "1000", 1, .coupled, exists: true), into: &scan)
        take(key, nil, into: &scan)
        #expect(scan.meant.isEmpty && scan.table.pairs.isEmpty)
    }

    @Test("keeps what waits or failed until it is settled, and no more than it may")
    func unsettled() {
        var scan = scan("nobody", limit: 2)
        let one = Waiting.Reference(mapping: "CUSTOMER", key: "1", reason: .unseen)
        put(Pairs.coupling("ITEM-PRODUCT", "a", 1, .waiting, waitsFor: [one]), into: &scan)
        put(Pairs.coupling("ITEM-PRODUCT", "b", 2, .coupled, exists: true, waitsFor: [one]), into: &scan)
        #expect(scan.table.pairs.count == 2 && !scan.isCut)
        put(Pairs.coupling("ITEM-PRODUCT", "c", 3, .failed), into: &scan)
        #expect(scan.table.pairs.count == 2 && scan.isCut)
        put(Pairs.coupling("ITEM-PRODUCT", "a", 1, .coupled, exists: true), into: &scan)
        put(Pairs.coupling("ITEM-PRODUCT", "b", 2, .filtered), into: &scan)
        #expect(scan.table.pairs.isEmpty)
    }

    @Test("is not led astray by values that look like members, or that cannot be read")
    func hostile() {
        var scan = scan("1000")
        var coupling = Pairs.coupling("CUSTOMER", #"x","state":"coupled","exists":true,"y"#, 1, .failed)
        coupling.base = ["name": #""state":"coupled","exists":true"#]
        put(coupling, into: &scan)
        #expect(scan.table.pairs.count == 1)
        for text in ["", "1000", "{", "[]", #"{"key":"1000"}"#, "\u{0}1000"] {
            take("k", Array(text.utf8), into: &scan)
        }
        take("k", [0xFF, 0x31, 0x30, 0x30, 0x30], into: &scan)
        #expect(scan.meant.isEmpty)
    }
}
