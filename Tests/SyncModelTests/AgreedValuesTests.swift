// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import SyncModel
import Testing

struct AgreedValuesTests {
    @Test func areADictionaryInTheOrderOfItsNames() {
        var random = SeededGenerator(seed: SeededGenerator.seed())
        var values: AgreedValues = [:]
        var expected: [String: String] = [:]
        for _ in 0..<2_000 {
            let column = "column\(random.below(30))"
            let value: String? = random.below(4) == 0 ? nil : "\(random.below(1_000))"
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

    @Test func someColumnsAreCompared() {
        let values: AgreedValues = ["a": "1", "b": "2", "c": "3"]
        var others = values
        #expect(others.isSame(as: values, on: ["a", "b", "d"]))
        others["c"] = "4"
        #expect(others.isSame(as: values, on: ["a", "b", "d"]))
        #expect(!others.isSame(as: values, on: ["a", "c"]))
        others["d"] = ""
        #expect(!others.isSame(as: values, on: ["d"]))
        #expect(!values.isSame(as: others, on: ["d"]))
        #expect(!values.isSame(as: [:], on: ["a"]))
        #expect(values.isSame(as: [:], on: ["d"]))
    }
}
