// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import JSON

/// How a worker keeps up, and why it is judged so.
package struct WorkerVerdict: Sendable, Equatable {
    /// Whom it is about.
    package let worker: String
    /// The judgement.
    package let verdict: Verdict
    /// What decided, in words; nil where all is well.
    package let reason: String?
    /// Records that its group commits in a second, over the last minute.
    package let rate: Double

    /// Makes a verdict.
    package init(worker: String, verdict: Verdict, reason: String?, rate: Double) {
        self.worker = worker
        self.verdict = verdict
        self.reason = reason
        self.rate = rate
    }

    /// Reads what `writeMembers` wrote; nil for a verdict of another version.
    package init?(worker: String, _ value: JSONValue) {
        guard let verdict = value["verdict"]?.string.flatMap(Verdict.init(rawValue:)) else { return nil }
        self.init(
            worker: worker,
            verdict: verdict,
            reason: value["reason"]?.string,
            rate: value["rate"].flatMap { Double($0.rawText) } ?? 0
        )
    }

    /// Writes what others are told of it, into an open object.
    package func writeMembers(to writer: inout JSONWriter) {
        writer.member("verdict", verdict.rawValue)
        writer.member("reason", reason)
        writer.key("rate")
        writer.number(String((rate * 10).rounded() / 10))
    }
}
