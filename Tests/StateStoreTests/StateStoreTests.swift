// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import StateStore
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite struct StateStoreTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func reason(_ body: () throws -> Void) -> StateStoreError.Reason? {
        do {
            try body()
            return nil
        } catch {
            return (error as? StateStoreError)?.reason
        }
    }

    @Test func keepsWhatWasCommittedOverACleanStop() throws {
        let first = try StateStore.small(directory.path + "/made/on/the/way")
        #expect(!first.wasDiscarded)
        try first.set("a", "1")
        try first.close()
        let second = try StateStore.small(directory.path + "/made/on/the/way")
        #expect(!second.wasDiscarded)
        #expect(try second.value("a") == "1")
    }

    @Test func keepsWhatWasCommittedWithoutACleanStopInTheSameBoot() throws {
        try { try StateStore.small(directory.path).set("a", "1") }()
        #expect(try directory.read("run").hasPrefix("running "))
        let store = try StateStore.small(directory.path)
        #expect(!store.wasDiscarded)
        #expect(try store.value("a") == "1")
    }

    @Test func throwsTheStateAwayAfterACrashOfTheMachine() throws {
        try { try StateStore.small(directory.path).set("a", "1") }()
        try directory.write("running another-boot\n", to: "run")
        let store = try StateStore.small(directory.path)
        #expect(store.wasDiscarded)
        #expect(try store.value("a") == nil)
        try store.set("b", "2")
        try store.close()
        #expect(try directory.read("run") == "clean\n")
        #expect(try StateStore.small(directory.path).value("b") == "2")
    }

    @Test(arguments: ["run", "format"]) func throwsTheStateAwayWhenAMarkIsMissing(name: String) throws {
        try { try StateStore.small(directory.path).set("a", "1") }()
        try FileManager.default.removeItem(atPath: directory.path + "/" + name)
        let store = try StateStore.small(directory.path)
        #expect(store.wasDiscarded)
        #expect(try store.value("a") == nil)
    }

    @Test func refusesANewerFormatAndThrowsAnOlderOneAway() throws {
        try { try StateStore.small(directory.path, formatVersion: 2).set("a", "1") }()
        let newer = reason { _ = try StateStore.small(directory.path, formatVersion: 1) }
        #expect(newer == .newerFormat(found: 2, supported: 1))
        #expect(try StateStore.small(directory.path, formatVersion: 2).value("a") == "1")
        #expect(try StateStore.small(directory.path, formatVersion: 3).wasDiscarded)
        #expect(try directory.read("format") == "3\n")
    }

    @Test func saysThatTheDataIsDamaged() throws {
        try { try StateStore.small(directory.path).set("a", "1") }()
        try directory.write(String(repeating: "no database ", count: 2000), to: "data")
        #expect(reason { _ = try StateStore.small(directory.path) } == .corrupt)
        try directory.write("one", to: "format")
        #expect(reason { _ = try StateStore.small(directory.path) } == .corrupt)
    }

    @Test func namesTheProcessThatUsesTheDirectory() throws {
        let store = try StateStore.small(directory.path)
        let expected = StateStoreError.Reason.inUse(by: ProcessInfo.processInfo.processIdentifier)
        #expect(reason { _ = try StateStore.small(directory.path) } == expected)
        try store.close()
        #expect(reason { _ = try StateStore.small(directory.path) } == nil)
    }

    @Test func refusesADirectoryThatCannotBeMade() throws {
        try directory.write("", to: "file")
        let file = reason { _ = try StateStore.small(directory.path + "/file") }
        #expect(file == .notWritable(code: ENOTDIR))
        let below = StateStoreError(reason: .notWritable(code: EROFS), path: directory.path)
        #expect(below.description == "state directory \(directory.path) cannot be written: Read-only file system")
        #expect(reason { _ = try StateStore.small(directory.path + "/file/below") } == .notWritable(code: ENOTDIR))
    }

    @Test func refusesTheDirectoryOfAnotherOwner() throws {
        try { try StateStore.small(directory.path, owner: "eu.product-worker").set("a", "1") }()
        let other = reason { _ = try StateStore.small(directory.path, formatVersion: 7, owner: "price-worker") }
        #expect(other == .ownedBy("eu.product-worker", wanted: "price-worker"))
        let same = try StateStore.small(directory.path, owner: "eu.product-worker")
        #expect(!same.wasDiscarded)
        #expect(try same.value("a") == "1")
    }

    /// As an older version leaves it.
    @Test func adoptsADirectoryWithoutAnOwner() throws {
        try { try StateStore.small(directory.path).set("a", "1") }()
        try {
            let adopted = try StateStore.small(directory.path, owner: "product-worker")
            #expect(!adopted.wasDiscarded)
            #expect(try adopted.value("a") == "1")
        }()
        #expect(try directory.read("owner") == "product-worker\n")
        let other = reason { _ = try StateStore.small(directory.path, owner: "price-worker") }
        #expect(other == .ownedBy("product-worker", wanted: "price-worker"))
    }

    @Test func erasesAllAndGoesOn() throws {
        let store = try StateStore.small(directory.path)
        try store.set("a", "1")
        try store.eraseAll()
        #expect(try store.value("a") == nil)
        try store.set("b", "2")
        try store.close()
        #expect(try StateStore.small(directory.path).value("b") == "2")
    }

    @Test func isOfNoUseAfterTheStop() throws {
        let store = try StateStore.small(directory.path)
        try store.close()
        try store.close()
        #expect(throws: StateStoreError.self) { try store.begin() }
        #expect(throws: StateStoreError.self) { try store.eraseAll() }
    }

    @Test func growsPastItsFirstSize() throws {
        let store = try StateStore.small(directory.path)
        let value = [UInt8](repeating: 1, count: 3000)
        for batch in 0..<40 {
            let transaction = try store.begin()
            for index in 0..<100 { try transaction.put(0, "\(batch)/\(index)", value) }
            try transaction.commit()
        }
        let file = directory.path + "/data"
        let size = try #require(FileManager.default.attributesOfItem(atPath: file)[.size] as? Int)
        #expect(size > 12 << 20)
        // A hole in the file would become a signal on a full disk.
        var status = stat()
        #expect(stat(file, &status) == 0 && Int(status.st_blocks) * 512 >= size)
        let reader = try store.begin()
        #expect(try reader.count(0) == 4000)
        #expect(try reader.get(0, "17/3") == value)
        reader.abort()
    }

    @Test func makesMoreRoomAfterATransactionFoundTooLittle() throws {
        let store = try StateStore.small(directory.path)
        try store.set("a", "1")
        func fill() throws {
            let transaction = try store.begin()
            for index in 0..<4000 { try transaction.put(0, "\(index)", [UInt8](repeating: 1, count: 3000)) }
            try transaction.commit()
        }
        var failures = 0
        while failures < 10 {
            do {
                try fill()
                break
            } catch {
                failures += 1
                #expect(try store.value("a") == "1")
            }
        }
        #expect((1...5).contains(failures))
        #expect(try store.value("3999")?.utf8.count == 3000)
    }

    @Test func hasTheRoomThatIsAskedFor() throws {
        let store = try StateStore.small(directory.path)
        let transaction = try store.begin(reserving: 40 << 20)
        for index in 0..<4000 { try transaction.put(0, "\(index)", [UInt8](repeating: 1, count: 3000)) }
        try transaction.commit()
        #expect(try store.value("3999") != nil)
    }
}
