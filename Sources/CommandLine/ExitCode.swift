// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What the exit status of every executable means.
public enum ExitCode: Int32, Sendable {
    /// Done.
    case done = 0
    /// The thing asked for is not so: a check failed, a lag is over the limit given.
    case no = 1
    /// The call or a setting is wrong; nothing was tried.
    case usage = 2
    /// Kafka cannot be reached.
    case unreachable = 3
}
