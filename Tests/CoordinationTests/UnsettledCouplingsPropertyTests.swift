// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import DiagnosisTestSupport
import SyncModel
import SeededRandom
import Testing

@testable import Coordination

/// What is kept of the couplings leads to the causes to which all couplings lead, in whatever order they are read.
@Suite("Unsettled couplings under random histories")
struct UnsettledCouplingsPropertyTests {
    private static let mappings = ["A", "B", "C", "D"]

    @Test("lead to the same root causes as all couplings")
    func sameCauses() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("UnsettledCouplingsPropertyTests seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for round in 0..<200 {
            // Some pairs change several times; the last record of each counts.
            var final: [String: Coupling] = [:]
            for _ in 0..<40 {
                let coupling = Self.random(&generator)
                final[coupling.pairKey.description] = coupling
            }
            // The note that a waiting record keeps: unseen exactly where its reference never came.
            let all = CouplingTable(final.values.map { PairGlance($0, partition: 0) })
            for (key, coupling) in final {
                guard let references = coupling.waiting?.waitsFor else { continue }
                final[key]?.waiting?.waitsFor = references.map { reference in
                    let found = all.pair(mapping: reference.mapping, company: Pairs.company, key: reference.key)
                    return Waiting.Reference(
                        mapping: reference.mapping,
                        key: reference.key,
                        reason: found == nil ? .unseen : .pending
                    )
                }
            }
            var unsettled = UnsettledCouplings()
            for coupling in final.values.shuffled(using: &generator) {
                var earlier = Self.random(&generator)
                earlier = Pairs.coupling(coupling.mapping, coupling.bc.key, Self.number(coupling), earlier.state)
                unsettled.take(pairKey: coupling.pairKey.description, earlier, partition: 0)
                unsettled.take(pairKey: coupling.pairKey.description, coupling, partition: 0)
            }
            let unconfirmed = final.values.filter {
                !$0.exists && ($0.state == .pending || ($0.state == .coupled && $0.inFlight != nil))
            }
            let counts = Dictionary(grouping: unconfirmed, by: \.mapping).mapValues(\.count)
            #expect(unsettled.unconfirmedByMapping.filter { $0.value > 0 } == counts, "seed \(seed) round \(round)")
            for coupling in final.values {
                let pair = PairGlance(coupling, partition: 0)
                guard pair.isWaiting else { continue }
                let expected = WaitingChain.chains(of: pair, in: all).map(\.root)
                let found = WaitingChain.chains(of: pair, in: unsettled.table) {
                    unsettled.finding(of: $0, company: $1)
                }.map(\.root)
                #expect(found == expected, "seed \(seed) round \(round) \(pair.pairKey)")
            }
        }
    }

    private static func random(_ generator: inout SeededGenerator) -> Coupling {
        let number = Int.random(in: 0..<12, using: &generator)
        let mapping = mappings.randomElement(using: &generator) ?? "A"
        let states: [Coupling.State] = [
            .waiting, .waiting, .pending, .coupled, .failed, .skipped, .broken, .deleted, .filtered,
        ]
        let state = states.randomElement(using: &generator) ?? .waiting
        let references = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
            Waiting.Reference(
                mapping: mappings.randomElement(using: &generator) ?? "A",
                key: "K\(Int.random(in: 0..<16, using: &generator))",
                reason: .unseen
            )
        }
        return Pairs.coupling(
            mapping,
            "K\(number)",
            number,
            state,
            exists: state == .coupled && Bool.random(using: &generator),
            waitsFor: state == .waiting ? references : nil
        )
    }

    private static func number(_ coupling: Coupling) -> Int { Int(coupling.bc.id.suffix(12)) ?? 0 }
}
