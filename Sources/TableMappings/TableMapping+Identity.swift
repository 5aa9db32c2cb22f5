// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import SyncModel

extension TableMapping {
    /// The name, and the variant where there is one: `SALESORDER-ORDER (legacy)`.
    public var identity: String {
        variant.map { "\(name) (\($0))" } ?? name
    }
}
