// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncEngine

extension Installation {
    /// Runs the workers until each waits for another or for a delivery.
    func runWorkers() throws {
        while let instance = instances.first(where: { !isQuiet($0) }) {
            now += 1
            for slot in pendingTails(instance) { try tail(instance, slot, count: 1_000_000) }
            try batch(instance, pending(instance).map { ($0, 1_000_000) }, releases: 1_000_000, aborts: false)
        }
    }

    /// Delivers everything that is published, and sends the results.
    func deliverAll() throws {
        while !undelivered.isEmpty { try deliver() }
    }

    /// Runs everything, in order and without accidents, until nothing happens any more.
    ///
    /// Time goes on as long as that lets a refused delete succeed.
    func settle() throws {
        var refused = Int.max
        repeat {
            repeat {
                try runWorkers()
                try deliverAll()
            } while instances.contains { !isQuiet($0) }
        } while try passTime(&refused)
    }

    /// Lets the time pass after which every refused delete is tried again.
    ///
    /// - Returns: whether there are fewer of them than the last time.
    private func passTime(_ refused: inout Int) throws -> Bool {
        let last = refused
        now += 3_600_000
        for instance in instances { instance.engine.now = now }
        refused = try instances.reduce(0) { try $0 + $1.countDueDeletes() }
        guard refused < last, refused > 0 else {
            now -= 3_600_000
            return false
        }
        for instance in instances { try instance.engine.releaseDueDeletes(limit: 1_000_000) }
        return true
    }
}
