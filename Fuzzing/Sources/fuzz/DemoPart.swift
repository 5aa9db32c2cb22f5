// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SeededRandom
import SyncTestSupport

/// A small part of the demo company, as the events that made it.
enum DemoPart {
    /// The entities whose events the workers read; inputs name them by a letter, from `a` on.
    static let entities = [
        "currencies", "items", "item-units", "resources", "resource-units", "customers", "price-lists",
        "price-list-lines", "sales-invoices", "sales-invoice-lines",
    ]

    /// The repository's folder.
    static let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// The events of one invoice and two prices with all that they refer to.
    static func events() throws -> [SourceEvent] {
        var random = SeededGenerator(seed: 1)
        let company = try Company(directory: "\(project)/Examples/contoso").part(invoices: 1, prices: 2, using: &random)
        var options = SourceHistory.Options(seed: 1)
        options.doomedItems = 1
        return SourceHistory(company, options).events
    }
}
