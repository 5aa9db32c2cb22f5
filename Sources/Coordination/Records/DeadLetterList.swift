// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Inspection

/// The dead letters of one moment.
struct DeadLetterList: Sendable {
    /// The newest, those first.
    var newest: [DeadLetterGlance] = []
    /// How many there are, about: offsets that lie between the first and the end.
    var count: Int64 = 0
}
