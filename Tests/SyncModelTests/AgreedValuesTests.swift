// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import Testing

struct AgreedValuesTests {
    @Test func areADictionaryInTheOrderOfItsNames() {
        var numbers = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0...UInt64.max, using: &numbers)
        print("areADictionaryInTheOrderOfItsNames: seed \(seed)")
        var state = seed
        func next(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        var values: AgreedValues = [:]
        var expected: [String: String] = [:]
        for _ in 0..<2_000 {
            let column = "column\(next(30))"
            let value: String? = next(4) == 0 ? nil : "\(next(1_000))"
            values[column] = value
            expected[column] = value
            #expect(Array(values).count == expected.count)
            #expect(values[column] == value)
        }
        let pairs = expected.sorted { $0.key < $1.key }
        #expect(values.map(\.key) == pairs.map(\.key))
        #expect(values.map(\.value) == pairs.map(\.value))
        #expect(values["none"] == nil)
    }
}
