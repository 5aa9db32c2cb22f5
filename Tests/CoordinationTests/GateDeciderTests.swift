// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import Testing

@testable import Coordination

@Suite("Gates")
struct GateDeciderTests {
    private let decider = GateDecider(
        graph: WorkerGraph(mappings: [
            .made("UNIT", worker: "unit-worker"),
            .made("PRODUCT", worker: "product-worker", refersTo: ["UNIT"]),
            .made("PRICE", worker: "price-worker", refersTo: ["PRODUCT"]),
        ]),
        high: 5_000,
        low: 500
    )

    private func gates(_ list: [Gate]) -> [String: Gate] {
        Dictionary(uniqueKeysWithValues: list.map { ($0.worker, $0) })
    }

    @Test("close over the high mark, with a reason and what is waited for")
    func closes() {
        let decided = decider.decide(
            lags: ["unit-worker": 12_000, "product-worker": 600],
            gates: [:],
            nowMs: 10_000
        )
        #expect(
            decided == [
                Gate(
                    worker: "product-worker",
                    isOpen: false,
                    reason: "unit-worker lags 12000 records",
                    waitsFor: ["UNIT"],
                    sinceMs: 10_000
                ),
                Gate(
                    worker: "price-worker",
                    isOpen: false,
                    reason: "unit-worker lags 12000 records, product-worker lags 600 records",
                    waitsFor: ["UNIT", "PRODUCT"],
                    sinceMs: 10_000
                ),
            ]
        )
    }

    @Test("stay as they are at the high mark and between the marks", arguments: [501, 4_999, 5_000] as [Int64])
    func hysteresis(lag: Int64) {
        #expect(decider.decide(lags: ["unit-worker": lag], gates: [:], nowMs: 10_000).isEmpty)
        let closed = Gate(worker: "product-worker", isOpen: false, waitsFor: ["UNIT"], sinceMs: 0)
        #expect(decider.decide(lags: ["unit-worker": lag], gates: gates([closed]), nowMs: 10_000).isEmpty)
    }

    @Test("open at the low mark, not within a second of closing")
    func opens() {
        let closed = Gate(worker: "product-worker", isOpen: false, reason: "r", waitsFor: ["UNIT"], sinceMs: 10_000)
        let lags: [String: Int64] = ["unit-worker": 500]
        #expect(decider.decide(lags: lags, gates: gates([closed]), nowMs: 10_999).isEmpty)
        #expect(
            decider.decide(lags: lags, gates: gates([closed]), nowMs: 11_000)
                == [Gate(worker: "product-worker", isOpen: true, sinceMs: 11_000)]
        )
    }

    @Test("are told again, without a flip, when they wait for something else")
    func waitsForOthers() {
        let closed = Gate(worker: "price-worker", isOpen: false, reason: "r", waitsFor: ["UNIT"], sinceMs: 10_000)
        let decided = decider.decide(lags: ["product-worker": 9_000], gates: gates([closed]), nowMs: 10_100)
        #expect(
            decided == [
                Gate(
                    worker: "price-worker",
                    isOpen: false,
                    reason: "product-worker lags 9000 records",
                    waitsFor: ["PRODUCT"],
                    sinceMs: 10_000
                )
            ]
        )
    }

    @Test("count what is sent and not confirmed, which nobody can refer to either")
    func unconfirmed() {
        let decided = decider.decide(
            lags: ["unit-worker": 4_000, "product-worker": 0],
            unconfirmed: ["unit-worker": 1_001, "product-worker": 501],
            gates: [:],
            nowMs: 10_000
        )
        #expect(decided.map(\.isOpen) == [false, false])
        #expect(
            decided.map(\.reason) == [
                "unit-worker lags 4000 records and has 1001 unconfirmed",
                "unit-worker lags 4000 records and has 1001 unconfirmed, product-worker has 501 records unconfirmed",
            ]
        )
        let closed = Gate(worker: "product-worker", isOpen: false, reason: "r", waitsFor: ["UNIT"], sinceMs: 0)
        for (count, isOpen) in [(501, nil), (500, true)] as [(Int64, Bool?)] {
            let decided = decider.decide(
                lags: ["unit-worker": 0],
                unconfirmed: ["unit-worker": count],
                gates: gates([closed]),
                nowMs: 10_000
            )
            #expect(decided.first?.isOpen == isOpen, "\(count)")
        }
    }

    @Test("open in the order of dependencies, also where what is depended on may not change yet")
    func order() {
        let product = Gate(worker: "product-worker", isOpen: false, reason: "r", waitsFor: ["UNIT"], sinceMs: 9_500)
        let price = Gate(worker: "price-worker", isOpen: false, reason: "r", waitsFor: ["UNIT"], sinceMs: 0)
        let (lags, told) = (["unit-worker": 0] as [String: Int64], gates([product, price]))
        #expect(decider.decide(lags: lags, gates: told, nowMs: 10_000).isEmpty)
        let decided = decider.decide(lags: lags, gates: told, nowMs: 10_500)
        #expect(decided.map(\.worker) == ["product-worker", "price-worker"])
        #expect(decided.map(\.isOpen) == [true, true])
    }

    @Test("of workers that are gone are opened")
    func unknownWorker() {
        let closed = Gate(worker: "old-worker", isOpen: false, waitsFor: ["OLD"], sinceMs: 0)
        #expect(
            decider.decide(lags: [:], gates: gates([closed]), nowMs: 10_000)
                == [Gate(worker: "old-worker", isOpen: true, sinceMs: 10_000)]
        )
    }

    @Test("told by a clock far ahead do not stay so")
    func clockAhead() {
        let closed = Gate(worker: "product-worker", isOpen: false, waitsFor: ["UNIT"], sinceMs: 99_999_999)
        #expect(decider.decide(lags: [:], gates: gates([closed]), nowMs: 10_000).map(\.isOpen) == [true])
    }
}
