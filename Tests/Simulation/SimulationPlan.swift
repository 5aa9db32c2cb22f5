// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SeededRandom

/// What a seed makes of a run: how much there is, and what may go wrong how often.
public struct SimulationPlan: Sendable {
    /// What can go wrong.
    public enum Fault: String, CaseIterable, Sendable {
        /// A process ends without a word.
        case crash
        /// A process gets no processor for long.
        case pause
        /// A call's answer never comes, and nobody knows whether it had its effect.
        case lostAnswer
        /// A process comes back without its state.
        case lostState
        /// A process comes back with an older state.
        case olderState
        /// An instance leaves or joins.
        case membership
        /// A delivery's result comes twice, or changes are delivered again.
        case redelivery
        /// The coordinator closes a gate, or somebody holds a mapping; it opens again some time.
        case gate
        /// Bytes that are no event come.
        case nonsense
        /// A second process with the name of a running one is started.
        case twin
        /// A partition is assigned, and its records never come.
        case silence
    }

    /// A real coordinator beside the workers.
    public struct Coordination: Sendable {
        /// Records of lag above which gates close; few, since runs are small.
        public var gateHigh: Int64 = 3
        /// The call to Kafka at which its first life ends; nil: it lives to the end.
        public var deathAtCall: Int?

        /// Makes one that lives to the end.
        public init() {}
    }

    /// Decides everything.
    public var seed: UInt64
    /// The faults that may come.
    public var faults: Set<Fault>
    /// No fault comes after so many.
    public var faultLimit = Int.max
    /// Invoices whose records are there.
    public var invoices: Int
    /// Prices whose records are there.
    public var prices: Int
    /// Partitions of a topic.
    public var partitions: Int32
    /// Instances of a worker in the beginning.
    public var instances: Int
    /// Events in a transaction, at most.
    public var batchMax: Int
    /// Calls until the end of a transaction has reached one more partition, on average.
    public var slowness: Int
    /// Faults in ten thousand calls.
    public var rate: Int
    /// Whether the other side reports what became of a change; else it is a sink, which holds back what refers to what
    /// it lacks.
    public var isConfirmed: Bool
    /// Nil: gates are turned by chance, if at all.
    public var coordination: Coordination?

    /// Makes the plan of a seed.
    public init(seed: UInt64) {
        var numbers = SeededGenerator(spreading: seed)
        self.seed = seed
        faults = Set(Fault.allCases.filter { _ in numbers.below(3) > 0 })
        invoices = 1 + numbers.below(2)
        prices = 1 + numbers.below(4)
        partitions = Int32(1 + numbers.below(3))
        instances = numbers.below(3) == 0 ? 2 : 1
        batchMax = [1, 5, 40, 4_000][numbers.below(4)]
        slowness = [2, 8, 40][numbers.below(3)]
        rate = [2, 10, 30][numbers.below(3)]
        isConfirmed = numbers.below(4) > 0
    }

    /// One line that says what the plan is.
    public var description: String {
        let names = Fault.allCases.filter { faults.contains($0) }.map(\.rawValue).joined(separator: ",")
        let limit = faultLimit == .max ? "" : ", at most \(faultLimit) faults"
        return "seed \(seed): \(invoices) invoices, \(prices) prices, \(partitions) partitions, "
            + "\(instances) instances, batches of \(batchMax), \(isConfirmed ? "confirmed" : "published"), "
            + "faults \(names) at \(rate)\(limit)"
    }
}

extension SeededGenerator {
    /// Begins a course far from those of neighbouring seeds.
    init(spreading seed: UInt64) { self.init(seed: seed &* 0x9e37_79b9_7f4a_7c15) }
}
