// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// One input of a worker: an event of the demo company, or what became of it.
struct HostileEvent {
    /// Tells inputs apart wherever they end up: it goes along as a header.
    var number: Int
    var entity: String
    var key: [UInt8]?
    var value: [UInt8]?
    /// Where it is put; nil: where its key belongs.
    var partition: Int32?
    /// What was done to it.
    var mutations: [String] = []
}
