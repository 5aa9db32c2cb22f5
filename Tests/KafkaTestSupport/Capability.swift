// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What a broker can do beyond keeping records; a conformance case names what it needs.
public enum Capability: String, CaseIterable, Sendable {
    /// Records and offsets of a committed transaction become visible.
    case transactions
    /// Records of an aborted transaction stay hidden from `read_committed`.
    case hidesAborted
    /// A second producer of a transactional id shuts the first one out.
    case fencing
    /// Offsets sent in a transaction are the group's afterwards, and only if it commits.
    case transactionalOffsets
    /// Offsets of an outdated generation are refused.
    case generations
    /// A member may commit while its group is rebalancing.
    case commitInRevocation
    /// Topics, settings and groups can be created, described and altered.
    case admin
    /// The last stable offset differs from the end while a transaction is open.
    case stableOffsets
    /// The clients are librdkafka's, with all their calls; a simulated cluster has those that a worker needs.
    case wholeClients
    /// The broker can be killed and started again with what it held.
    case restart
}
