// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

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
    func settle() throws {
        repeat {
            try runWorkers()
            try deliverAll()
        } while instances.contains { !isQuiet($0) }
    }
}
