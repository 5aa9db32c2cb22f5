// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import StateStore
import Testing

@Suite struct StateTransactionTests {
    let directory: TemporaryDirectory
    let store: StateStore

    init() throws {
        directory = try TemporaryDirectory()
        store = try StateStore.small(directory.path)
    }

    @Test func readsWhatItWrote() throws {
        let transaction = try store.begin()
        try transaction.put(0, "a", [1, 2, 3])
        try transaction.put(0, "a", [4])
        try transaction.put(1, [0, 255], [])
        #expect(try transaction.get(0, "a") == [4])
        #expect(try transaction.get(1, "a") == nil)
        #expect(try transaction.get(1, [0, 255]) == [])
        #expect(try transaction.count(0) == 1)
        try transaction.commit()
        let next = try store.begin()
        #expect(try next.get(0, "a") == [4])
        #expect(try next.delete(0, "a"))
        #expect(try !next.delete(0, "a"))
        #expect(try next.get(0, "a") == nil)
        try next.commit()
        #expect(try store.value("a") == nil)
    }

    @Test func anAbortLeavesNothing() throws {
        try store.set("kept", "before")
        let transaction = try store.begin()
        try transaction.put(0, "kept", Array("after".utf8))
        try transaction.put(1, "new", [1])
        transaction.abort()
        #expect(try store.value("kept") == "before")
        #expect(try store.value("new", table: 1) == nil)
    }

    @Test func aTransactionThatIsReleasedIsAborted() throws {
        try { try store.begin().put(0, "a", [1]) }()
        #expect(try store.value("a") == nil)
    }

    @Test func scansAPrefixInTheOrderOfBytes() throws {
        let transaction = try store.begin()
        for key in ["b/2", "b/10", "c", "a", "b", "b/", "b0"] { try transaction.put(0, key, Array(key.utf8)) }
        try transaction.put(1, "b/other", [])
        func keys(_ prefix: String, limit: Int = .max) throws -> [String] {
            var found: [String] = []
            try transaction.scan(0, prefix: Array(prefix.utf8)) { key, value in
                #expect(key.elementsEqual(value))
                found.append(String(decoding: key, as: UTF8.self))
                return found.count < limit
            }
            return found
        }
        #expect(try keys("b/") == ["b/", "b/10", "b/2"])
        #expect(try keys("") == ["a", "b", "b/", "b/10", "b/2", "b0", "c"])
        #expect(try keys("", limit: 2) == ["a", "b"])
        #expect(try keys("d") == [])
        transaction.abort()
    }

    @Test func whatTheBodyOfAScanThrowsComesOut() throws {
        struct Stop: Error {}
        let transaction = try store.begin()
        try transaction.put(0, "a", [])
        #expect(throws: Stop.self) { try transaction.scan(0, prefix: []) { _, _ in throw Stop() } }
        try transaction.put(0, "b", [])
        try transaction.commit()
    }

    @Test func refusesKeysThatDoNotFit() throws {
        let transaction = try store.begin()
        let longest = [UInt8](repeating: 7, count: StateStore.maximumKeyBytes)
        try transaction.put(0, longest, [1])
        #expect(try transaction.get(0, longest) == [1])
        let expected = StateStoreError.Reason.keyTooLong(limit: 511)
        #expect { try transaction.put(0, longest + [7], []) } throws: { ($0 as? StateStoreError)?.reason == expected }
        #expect { try transaction.get(0, longest + [7]) } throws: { ($0 as? StateStoreError)?.reason == expected }
        #expect { try transaction.delete(0, longest + [7]) } throws: { ($0 as? StateStoreError)?.reason == expected }
        #expect(throws: StateStoreError.self) { try transaction.put(0, [UInt8](), []) }
        try transaction.commit()
    }

    @Test func agreesWithADictionary() throws {
        let seed = SeededGenerator.seed()
        var random = SeededGenerator(seed: seed)
        var expected: [[UInt8]: [UInt8]] = [:]
        for _ in 0..<60 {
            let transaction = try store.begin()
            var changed = expected
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                let key = (0..<Int.random(in: 1...3, using: &random)).map { _ in UInt8.random(in: 0...5, using: &random)
                }
                if Bool.random(using: &random) {
                    let size = Int.random(in: 0...9000, using: &random)
                    let value = [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: size)
                    try transaction.put(0, key, value)
                    changed[key] = value
                } else {
                    #expect(try transaction.delete(0, key) == (changed.removeValue(forKey: key) != nil), "seed \(seed)")
                }
            }
            if Bool.random(using: &random) {
                try transaction.commit()
                expected = changed
            } else {
                transaction.abort()
            }
            let reader = try store.begin()
            var found: [[UInt8]: [UInt8]] = [:]
            try reader.scan(0, prefix: []) { key, value in
                found[Array(key)] = Array(value)
                return true
            }
            #expect(found == expected, "seed \(seed)")
            #expect(try reader.count(0) == expected.count, "seed \(seed)")
            reader.abort()
        }
    }
}
