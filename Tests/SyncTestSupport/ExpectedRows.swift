// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SyncModel

/// The rows of the other side that a source's final state leads to, worked out apart from the engine.
///
/// The rules are written down here once more, by hand, from the table mappings' documentation: what this says and what
/// the workers do can only agree where both are right.
public struct ExpectedRows {
    /// A row's mapped columns; nil: the column has no value.
    public typealias Row = [String: String?]

    /// The rows by entity set and id.
    public private(set) var rows: [String: [String: Row]] = [:]
    /// Rows of which exactly one is there, since all claim the same place; which one depends on the order.
    public private(set) var rivals: [[String: Row]] = []

    let history: SourceHistory
    let localCurrency = "GBP"
    /// What exists, by mapping and natural key: the row's id.
    var found: [String: String] = [:]
    /// The items and resources of products, by number.
    var products: [String: SourceValue] = [:]

    /// Works out the rows.
    public init(of history: SourceHistory) {
        self.history = history
        addCurrencies()
        addGroupsAndUnits()
        addProducts()
        addAccounts()
        addPriceLists()
        addPrices()
        addInvoices()
    }

    /// The id of the row of a pair.
    public static func id(_ mapping: String, _ record: String) -> String {
        NamedUUID.make("\(mapping)/\(SourceHistory.company)/\(record)")
    }

    /// The id of the unit that the simulated organization makes with a group.
    static func baseUnit(of group: String) -> String { NamedUUID.make("base unit of \(group)") }

    /// The organization's own currency.
    var baseCurrency: String { NamedUUID.make("base currency \(localCurrency)") }

    mutating func add(_ entitySet: String, _ mapping: String, _ record: SourceValue, key: String, _ row: Row) {
        let id = ExpectedRows.id(mapping, record.text("systemId"))
        rows[entitySet, default: [:]][id] = row
        found["\(mapping)/\(key)"] = id
    }

    mutating func addRow(_ entitySet: String, id: String, _ row: Row) { rows[entitySet, default: [:]][id] = row }

    mutating func addRivals(_ candidates: [String: Row]) { rivals.append(candidates) }

    func records(_ entity: String) -> [SourceValue] {
        (history.final[entity] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
    }

    /// The row of a currency; nil where there is none.
    func currency(_ code: String) -> String? {
        code.isEmpty || code == localCurrency ? baseCurrency : found["CURRENCY/\(code)"]
    }

    /// Whether a change or refusal is about a deleted item, its units or its prices.
    public func isDoomed(pairKey: String) -> Bool {
        guard let id = pairKey.split(separator: "/").last.map(String.init) else { return false }
        return ["items", "item-units", "price-list-lines"].contains { history.deleted[$0]?[id] != nil }
    }
}

/// Values as the simulated organization keeps them.
enum Canonical {
    static func text(_ text: String) -> String? { text.isEmpty ? nil : text }

    static func number(_ text: String) -> String? { Decimal(string: text).map { "\($0)" } }

    static func notNegative(_ text: String) -> String? { Decimal(string: text).map { "\(max($0, 0))" } }

    static func date(_ text: String) -> String? {
        text.isEmpty || text.hasPrefix("0001-01-01") ? nil : String(text.prefix(10))
    }

    /// A quotient with ten digits behind the point.
    static func quotient(_ numerator: String, _ denominator: String) -> String? {
        guard let numerator = Decimal(string: numerator), let denominator = Decimal(string: denominator),
            denominator != 0
        else { return nil }
        var quotient = numerator / denominator
        var rounded = Decimal()
        NSDecimalRound(&rounded, &quotient, 10, .plain)
        return "\(rounded)"
    }

    static func sum(_ values: [String]) -> String { "\(values.reduce(Decimal(0)) { $0 + (Decimal(string: $1) ?? 0) })" }

    static func difference(_ left: String, _ right: String) -> String {
        "\((Decimal(string: left) ?? 0) - (Decimal(string: right) ?? 0))"
    }

    static func isZero(_ text: String) -> Bool { Decimal(string: text) == 0 }
}
