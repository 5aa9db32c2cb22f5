// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import StateStore
import Testing

@testable import WorkerRuntime

/// A state directory that another process holds, for a moment or for good; time goes on by the pauses only.
struct StateOpeningTests {
    private func open(
        _ directory: TemporaryDirectory,
        _ opening: StateOpening,
        isStopping: () -> Bool
    ) throws -> StateStore {
        try opening.open(isStopping: isStopping) { () throws(StateStoreError) in
            try StateStore(directory: directory.path, tables: ["a"])
        }
    }

    @Test func waitsForAPredecessorThatIsAboutToEnd() throws {
        let directory = try TemporaryDirectory()
        let holder = try StateStore(directory: directory.path, tables: ["a"])
        var pauses = 0
        let opening = StateOpening(now: { Int64(pauses) * 100 }) {
            pauses += 1
            if pauses == 30 { try? holder.close() }
        }
        let store = try open(directory, opening) { false }
        #expect(pauses == 30)
        try store.close()
    }

    @Test func givesUpAfterFiveSeconds() throws {
        let directory = try TemporaryDirectory()
        let holder = try StateStore(directory: directory.path, tables: ["a"])
        var pauses = 0
        let opening = StateOpening(now: { Int64(pauses) * 100 }) { pauses += 1 }
        let error = #expect(throws: StateStoreError.self) {
            _ = try open(directory, opening) { false }
        }
        #expect(error?.reason == .inUse(by: ProcessInfo.processInfo.processIdentifier))
        #expect(pauses == 50)
        try holder.close()
    }

    @Test func stopsWaitingWhenTold() throws {
        let directory = try TemporaryDirectory()
        let holder = try StateStore(directory: directory.path, tables: ["a"])
        #expect(throws: CancellationError.self) {
            _ = try open(directory, StateOpening(now: { 0 }, pause: {})) { true }
        }
        try holder.close()
    }
}
