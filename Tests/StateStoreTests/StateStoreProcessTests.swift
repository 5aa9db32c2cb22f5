// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SeededRandom
import StateStore
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Limits the size of the files that this process writes; nil: as far as it is allowed to.
private func limitFiles(to bytes: rlim_t?) {
    #if canImport(Glibc)
    let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
    #else
    let resource = RLIMIT_FSIZE
    #endif
    var limit = rlimit()
    getrlimit(resource, &limit)
    limit.rlim_cur = bytes ?? limit.rlim_max
    precondition(setrlimit(resource, &limit) == 0, "The limit of a process can be set below its maximum.")
}

/// What only another process can show: death at any moment, the lock, a full disk.
@Suite(.serialized) struct StateStoreProcessTests {
    @Test(.timeLimit(.minutes(2)), arguments: 0..<5)
    func survivesBeingKilledAtAnyMoment(round: Int) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        let spins = UInt64.random(in: 0...2_000_000)
        print("survivesBeingKilledAtAnyMoment: killed after \(spins) spins")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, spins = spins as UInt64] in
            let store = try StateStore.small(path)
            try store.set("0", "0")
            Thread.detachNewThread {
                var numbers = SeededGenerator(seed: spins)
                for _ in 0..<spins { _ = numbers.next() }
                kill(getpid(), SIGKILL)
            }
            var number = 0
            while true {
                number += 1
                let transaction = try store.begin()
                // Every key of a transaction gets the same value, over values of changing size.
                let value = Array(String(repeating: "\(number) ", count: 1 + number % 700).utf8)
                for key in 0..<50 { try transaction.put(0, "\(key)", value) }
                try transaction.put(1, "number \(number)", [])
                try transaction.commit()
            }
        }
        let store = try StateStore.small(path)
        #expect(!store.wasDiscarded)
        let reader = try store.begin()
        defer { reader.abort() }
        let transactions = try reader.count(1)
        var values: Set<[UInt8]> = []
        try reader.scan(0, prefix: []) { _, value in
            values.insert(Array(value))
            return true
        }
        #expect(values.count == 1)
        let number = String(decoding: try #require(values.first), as: UTF8.self).prefix { $0 != " " }
        #expect(number == "\(transactions)", "\(spins) spins")
    }

    @Test func isClosedToAnotherProcess() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        let store = try StateStore.small(path)
        let holder = getpid()
        await #expect(processExitsWith: .success) { [path = path as String, holder = holder as Int32] in
            do {
                _ = try StateStore.small(path)
                exit(1)
            } catch let error as StateStoreError {
                exit(error.reason == .inUse(by: holder) ? EXIT_SUCCESS : 2)
            }
        }
        try store.close()
    }

    /// Also where it has no room for a large step any more, all but the room for one transaction is used.
    @Test(arguments: [40, 44, 48, 52])
    func aFullDiskIsAnErrorAndHarmsNothing(megabytes: Int) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        await #expect(processExitsWith: .success) { [path = path as String, megabytes = megabytes as Int] in
            // The largest file that a process may write stands for the disk: that limit also binds who may do all.
            signal(SIGXFSZ, SIG_IGN)
            limitFiles(to: rlim_t(megabytes) << 20)
            let store = try StateStore.small(path)
            var count = 0
            func add() throws {
                let transaction = try store.begin()
                for _ in 0..<50 {
                    try transaction.put(0, "\(count)", [UInt8](repeating: 1, count: 3000))
                    count += 1
                }
                try transaction.commit()
            }
            var failure: StateStoreError?
            while failure == nil {
                try #require(count < 20_000)
                do { try add() } catch let error as StateStoreError { failure = error }
            }
            #expect(failure?.reason == .diskFull)
            // Each takes a page of 4 KiB.
            #expect(count * 4_096 > (megabytes - 3) << 20)
            limitFiles(to: nil)
            try add()
            let reader = try store.begin()
            #expect(try reader.count(0) == count)
            reader.abort()
            try store.close()
        }
        let reopened = try StateStore.small(path)
        #expect(try reopened.value("0") != nil)
    }

    @Test func noRoomForAnythingIsAnError() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            signal(SIGXFSZ, SIG_IGN)
            limitFiles(to: 64 << 10)
            do {
                _ = try StateStore.small(path)
                exit(1)
            } catch let error as StateStoreError {
                exit(error.reason == .diskFull ? EXIT_SUCCESS : 2)
            }
        }
    }
}
