// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import DiagnosisTestSupport
import SyncModel
import Testing

@Suite("Where a pair stands, and what to do")
struct StandingTests {
    private static let unit = Waiting.Reference(mapping: "ITEM UOM", key: "1/PCS", reason: .unseen)

    @Test func everyStateHasItsOwnWords() {
        let error = RecordError.permanent("FieldTooLong", "too long")
        let pairs = [
            Pairs.pair("ITEM-PRODUCT", "1", 1, .waiting, waitsFor: [Self.unit]),
            Pairs.pair("ITEM-PRODUCT", "1", 1, .pending),
            Pairs.pair("ITEM-PRODUCT", "1", 1, .coupled, exists: true),
            Pairs.pair("ITEM-PRODUCT", "1", 1, .coupled, exists: true, waitsFor: [Self.unit]),
            Pairs.pair("ITEM-PRODUCT", "1", 1, .coupled),
            Pairs.pair("ITEM-PRODUCT", "1", 1, .failed, error: error),
            Pairs.pair("ITEM-PRODUCT", "1", 1, .skipped, error: error),
            Pairs.pair("ITEM-PRODUCT", "1", 1, .broken),
            Pairs.pair("ITEM-PRODUCT", "1", 1, .deleted),
            Pairs.pair("ITEM-PRODUCT", "1", 1, .filtered),
        ]
        let standings = pairs.map { Standing($0) }
        #expect(Set(standings.map(\.words)).count == pairs.count)
        #expect(standings[0].words == "has not arrived; it waits")
        #expect(standings[2] == Standing(pairs[2]) && standings[2].level == .good && standings[2].advice == nil)
        #expect(standings[5].words == "failed: FieldTooLong, too long" && standings[5].level == .bad)
        for index in [1, 5, 6] { #expect(standings[index].advice != nil) }
    }

    @Test(
        "of everything that may be why, the advice is another",
        arguments: [
            (WaitingChain.Finding.unseen, nil, "snapshot"), (.filtered, nil, "accept"), (.failed(nil), nil, "retry"),
            (.skipped(nil), nil, "restore"), (.deleted, nil, "refers to it"), (.unconfirmed, nil, "delivery"),
            (.unseen, .workerStopped, "Start unit-worker"), (.unseen, .held, "syncctl release"),
            (.unseen, .gateClosed, "opens by itself"),
        ] as [(WaitingChain.Finding, Obstacle.Kind?, String)]
    )
    func advice(finding: WaitingChain.Finding, kind: Obstacle.Kind?, words: String) {
        let chain = WaitingChain(links: [.init(mapping: "ITEM UOM", key: "1/PCS", finding: finding)])
        let cause = RootCause(of: chain, mapping: "ITEM-PRODUCT") { _ in
            kind.map { Obstacle($0, worker: "unit-worker") }
        }
        #expect(cause.advice.contains(words), "\(cause.advice)")
    }
}
