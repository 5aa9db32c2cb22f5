// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import SyncModel

extension TableMapping.Condition {
    /// The settings, each with the conditions of which exactly one holds; ownership has one of its own and the lack of it.
    private static let settings: [[TableMapping.Condition]] = [
        [.unitGroups, .noUnitGroups],
        [.priceLists, .salesPrices],
        [.legacyOrders, .bidirectionalOrders],
    ]

    /// The conditions that hold by default.
    public static let defaults: Set<TableMapping.Condition> = [.unitGroups, .priceLists]

    /// Every set of conditions that settings can make true.
    public static let combinations: [Set<TableMapping.Condition>] = {
        var combinations: [Set<TableMapping.Condition>] = [[]]
        for setting in settings {
            combinations = combinations.flatMap { set in setting.map { set.union([$0]) } }
        }
        return combinations + combinations.map { $0.union([.personOwnership]) }
    }()

    /// Whether two conditions never hold at once; what is disabled never holds.
    static func areExclusive(_ one: TableMapping.Condition?, _ other: TableMapping.Condition?) -> Bool {
        if one == .disabled || other == .disabled { return true }
        guard let one, let other, one != other else { return false }
        return settings.contains { $0.contains(one) && $0.contains(other) }
    }
}
