// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A change event that was read from a line, ready to be produced.
struct EventLine: Equatable {
    /// The topic, with prefix.
    let topic: String
    /// The record's key; nil: none, which the line asked for.
    let key: [UInt8]?
    /// The event; nil: a tombstone.
    let value: [UInt8]?

    /// Why a line cannot be sent, without any value of the record.
    struct Problem: Error, Equatable {
        let reason: String
    }
}
