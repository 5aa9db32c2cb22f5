// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import SyncModel

extension TableMapping.Condition {
    /// Conditions of which at most one holds, since one setting decides between them.
    private static let alternatives: [[TableMapping.Condition]] = [
        [.unitGroups, .noUnitGroups],
        [.priceLists, .salesPrices],
        [.legacyOrders, .bidirectionalOrders],
    ]

    /// The conditions that hold by default.
    public static let defaults: Set<TableMapping.Condition> = [.unitGroups, .priceLists]

    /// Every set of conditions that settings can make true.
    public static let combinations: [Set<TableMapping.Condition>] = {
        var combinations: [Set<TableMapping.Condition>] = [[], [.personOwnership]]
        for setting in alternatives {
            // Orders may also be off.
            let choices = setting.map { Set([$0]) } + (setting.contains(.legacyOrders) ? [[]] : [])
            combinations = combinations.flatMap { set in choices.map(set.union) }
        }
        return combinations
    }()

    /// Whether two conditions never hold at once; what is disabled never holds.
    static func areExclusive(_ one: TableMapping.Condition?, _ other: TableMapping.Condition?) -> Bool {
        if one == .disabled || other == .disabled { return true }
        guard let one, let other, one != other else { return false }
        return alternatives.contains { $0.contains(one) && $0.contains(other) }
    }
}
