// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

extension ChangeEvent {
    /// Largest event that is read, in bytes; a larger one goes to the dead letters.
    public static let maximumBytes = 1_000_000
    /// How deep an event may be nested; a deeper one goes to the dead letters.
    public static let maximumDepth = 64
}
