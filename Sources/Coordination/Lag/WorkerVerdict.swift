// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// How a worker keeps up, and why it is judged so.
struct WorkerVerdict: Sendable, Equatable {
    let worker: String
    let verdict: Verdict
    /// What decided, in words; nil where all is well.
    let reason: String?
    /// Records that its group commits in a second, over the last minute.
    let rate: Double

    /// Writes what the JSON API shows, into an open object.
    func writeMembers(to writer: inout JSONWriter) {
        writer.member("verdict", verdict.rawValue)
        writer.member("reason", reason)
        writer.key("rate")
        writer.number(String((rate * 10).rounded() / 10))
    }
}
