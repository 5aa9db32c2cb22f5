// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

extension Coupling {
    /// How deep a stored or forwarded record may be nested: an event's image, with what is around it.
    public static let maximumDepth = 2 * ChangeEvent.maximumDepth
}
