// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import TableMappings

/// What the coordinator knows at one moment: what its HTTP routes show.
struct CoordinatorSnapshot: Sendable {
    /// The group knows it.
    var isMember = false
    /// It is the one that opens and closes gates.
    var isActive = false
    /// The time of the last change of anything here, in milliseconds since 1970.
    var atMs: Int64 = 0
    var gates: [Gate] = []
    var holds: [Hold] = []
    var heartbeats: [Heartbeat] = []
    /// Nil before Kafka has answered for the first time.
    var lag: LagReport?
    /// Why a worker's lag is not known, by worker.
    var lagProblems: [String: String] = [:]
    /// Records that are sent and do not exist on the other side yet, by worker, as far as the couplings are read.
    var unconfirmed: [String: Int64] = [:]
    /// How each worker keeps up whose lag is known, in the graph's order.
    var verdicts: [WorkerVerdict] = []
    /// How far behind each worker is, in seconds, of its living instances the furthest.
    var lagSeconds: [String: Int64] = [:]
    /// The last hour.
    var history = LagHistory()
    /// What waits and failed; nil before the couplings are looked at.
    var stuck: StuckReport?
    /// Nil before they are looked at.
    var deadLetters: DeadLetterList?
}
