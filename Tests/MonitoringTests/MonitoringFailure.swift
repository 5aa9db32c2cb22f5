// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What was waited for in vain, or cannot be used.
struct MonitoringFailure: Error, CustomStringConvertible {
    let description: String
}
