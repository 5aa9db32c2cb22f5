// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// What of a record others make values of, beside referring to it: when it changes, those who follow it are woken.
struct FollowedValues: Equatable {
    /// Columns of a product that a price without a unit takes over.
    static let unitColumns = ["defaultuomid", "defaultuomscheduleid"]
    /// The property of the base currency by which those of the others are computed.
    static let ratesProperty = "exchangeRates"

    private var unit: String?
    private var unitGroup: String?
    private var rates: String?
    /// The day of its rates' event, in days since 1970; 0 without rates.
    private var ratesDay: Int64 = 0

    /// Every event asks for it, so nothing is looked up of what nobody follows.
    init(_ coupling: Coupling) {
        if coupling.crm.entity == "products" {
            unit = coupling.base[FollowedValues.unitColumns[0]]
            unitGroup = coupling.base[FollowedValues.unitColumns[1]]
        }
        if !coupling.bc.facts.isEmpty, let rates = coupling.bc.facts[FollowedValues.ratesProperty] {
            self.rates = rates
            ratesDay = coupling.bc.version.eventAt / 86_400_000
        }
    }
}
