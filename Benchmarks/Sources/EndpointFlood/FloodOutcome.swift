// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What became of a flood.
struct FloodOutcome {
    /// Connections that were opened and left.
    var left = 0
    /// Of them, those that the other side had not closed by the end.
    var kept = 0
    /// Malformed requests that were sent.
    var malformed = 0
    /// Of them, those that were answered with a refusal.
    var refused = 0
    /// Those whose connection was closed without a word.
    var closed = 0
    /// Those that were taken for good ones.
    var taken = 0
    /// Those with neither an answer nor an end.
    var unanswered = 0
    /// Connections that could not be made.
    var failed = 0
    /// From the first to the last, in seconds.
    var seconds = 0.0

    /// All as `name=value`, and the processor time of this process so far in seconds.
    var text: String {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        let processor = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        return "left=\(left) kept=\(kept) malformed=\(malformed) refused=\(refused) closed=\(closed) taken=\(taken) "
            + "unanswered=\(unanswered) failed=\(failed) seconds=\(seconds) processor=\(processor)"
    }
}
