// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import Inspection
import SyncModel

/// Finds out what keeps workers from reading and going on.
struct ObstacleReader {
    let context: CommandContext
    let cluster: Cluster

    /// What gates, holds and signs of life tell now.
    func read() throws -> Obstacles {
        var obstacles = Obstacles(mappings: context.installation.active)
        let control = try ControlRecords.read(context, cluster)
        for gate in control.gates where !gate.isOpen { obstacles.closedGates[gate.worker] = gate.reason ?? "" }
        for hold in control.holds { obstacles.holds[hold.mapping] = hold.reason ?? "" }
        let now = context.now()
        let living = Set(try StatusCommand.heartbeats(context, cluster).filter { $0.isAlive(at: now) }.map(\.worker))
        for worker in context.installation.workers where !living.contains(worker) { obstacles.stopped[worker] = "" }
        return obstacles
    }
}
