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
