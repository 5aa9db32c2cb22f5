// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Random numbers whose whole course a seed decides (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Begins a course.
    public init(seed: UInt64) {
        state = seed
    }

    /// A seed for the test of that name, printed; `TEST_SEED` gives the one that is to be tried again.
    public static func seed(of test: String = #function) -> UInt64 {
        let given = ProcessInfo.processInfo.environment["TEST_SEED"].flatMap { UInt64($0) }
        let seed = given ?? .random(in: 0...UInt64.max)
        print("\(test): seed \(seed)")
        return seed
    }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// True with this probability, in percent.
    public mutating func chance(_ percent: Int) -> Bool { Int(next() % 100) < percent }

    /// True once in so many times.
    public mutating func isOneIn(_ count: Int) -> Bool { below(count) == 0 }

    /// A whole number from 0 to below the bound; 0 where that is not positive.
    public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

    /// A number from 0 to below 1.
    public mutating func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
