// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import CommandLine
public import SyncModel

extension TableMapping.Condition {
    /// Conditions of which at most one holds, since one setting decides between them.
    private static let alternatives: [[TableMapping.Condition]] = [
        [.unitGroups, .noUnitGroups],
        [.priceLists, .salesPrices],
        [.legacyOrders, .bidirectionalOrders],
    ]

    /// The settings that decide which conditions hold.
    public static let settings: [Setting] = [.unitGroupMapping, .pricing, .salesOrders, .ownership]

    /// The conditions that settings make true; a setting that is not among the used ones has its default.
    public static func holding(_ settings: Settings) -> Set<TableMapping.Condition> {
        holding(
            unitGroupMapping: settings.isOn(.unitGroupMapping),
            pricing: settings.string(.pricing),
            salesOrders: settings.string(.salesOrders),
            ownership: settings.string(.ownership)
        )
    }

    /// The conditions that values of the settings make true.
    ///
    /// - Parameters:
    ///   - unitGroupMapping: whether `SYNC_UNIT_GROUP_MAPPING` is on.
    ///   - pricing: the value of `SYNC_PRICING`.
    ///   - salesOrders: the value of `SYNC_SALES_ORDERS`.
    ///   - ownership: the value of `SYNC_OWNERSHIP`.
    /// - Returns: the conditions; none of a setting whose value is unknown or off.
    public static func holding(
        unitGroupMapping: Bool,
        pricing: String,
        salesOrders: String,
        ownership: String
    ) -> Set<TableMapping.Condition> {
        var conditions: Set<TableMapping.Condition> = [unitGroupMapping ? .unitGroups : .noUnitGroups]
        switch pricing {
        case "price-lists": conditions.insert(.priceLists)
        case "sales-prices": conditions.insert(.salesPrices)
        default: break
        }
        switch salesOrders {
        case "legacy": conditions.insert(.legacyOrders)
        case "bidirectional": conditions.insert(.bidirectionalOrders)
        default: break
        }
        if ownership == "person" { conditions.insert(.personOwnership) }
        return conditions
    }

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
