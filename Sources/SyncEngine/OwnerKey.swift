// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// The second natural key of what belongs to another record: the unit of an item by the item's id and the unit's code.
///
/// An item's number may change or be used again; its id does not.
enum OwnerKey {
    /// Where a coupling keeps it, among the facts; no property has this name.
    static let fact = "@owner"

    /// Takes it over from an image.
    static func take(_ image: JSONValue, into coupling: inout Coupling, _ mapping: TableMapping) {
        let properties = mapping.businessCentral.ownerKey
        guard !properties.isEmpty, let key = PropertyReader.key(image, properties) else { return }
        coupling.bc.facts[fact] = key
    }
}
