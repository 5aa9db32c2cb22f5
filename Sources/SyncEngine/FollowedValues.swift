// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// What of a record others make values of, beside referring to it: when it changes, those who follow it are woken.
///
/// Every event of every record asks whether it has changed; so no text is made of it, and of what nobody follows nothing
/// is kept.
struct FollowedValues: Equatable {
    /// Columns of a product that a price without a unit takes over.
    private static let unitColumns = ["defaultuomid", "defaultuomscheduleid"]

    /// What was agreed of a product.
    private var product: AgreedValues = [:]
    /// The base currency's rates, by which those of the others are computed.
    private var rates: String?
    /// The day of its rates' event, in days since 1970; 0 without rates.
    private var ratesDay: Int64 = 0

    init(_ coupling: Coupling) {
        if coupling.crm.entity == "products" { product = coupling.base }
        if !coupling.bc.facts.isEmpty, let rates = coupling.bc.facts["exchangeRates"] {
            self.rates = rates
            ratesDay = coupling.bc.version.eventAt / 86_400_000
        }
    }

    static func == (one: FollowedValues, other: FollowedValues) -> Bool {
        one.rates == other.rates && one.ratesDay == other.ratesDay
            && one.product.isSame(as: other.product, on: unitColumns)
    }
}
