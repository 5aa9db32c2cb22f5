// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SeededRandom
import Testing

/// The demo company's rows, and closed parts of it.
struct DemoCompany: Sendable {
    /// A row and the entity of its change topic.
    struct Row: Sendable {
        var entity: String
        var image: Value
        var id: String { image["systemId"]?.text ?? "" }
    }

    static let entities = [
        "currencies", "items", "item-units", "resources", "resource-units", "customers", "price-lists",
        "price-list-lines",
        "sales-invoices",
    ]

    private let rows: [String: [Value]]

    /// The whole company, read once.
    static let whole = Result { try DemoCompany() }

    private init() throws {
        let document = JSONDocument()
        var rows: [String: [Value]] = [:]
        for entity in DemoCompany.entities {
            rows[entity] = try TestFiles.demo(entity).map { Value(try document.parse($0)) }
        }
        self.rows = rows
    }

    /// All rows.
    var all: [Row] {
        DemoCompany.entities.flatMap { entity in (rows[entity] ?? []).map { Row(entity: entity, image: $0) } }
    }

    /// Some invoices and prices with everything that they refer to, and a few rows that are difficult.
    func part(invoices: Int, prices: Int, using numbers: inout SeededGenerator) -> [Row] {
        var chosen: [Row] = []
        func take(_ entity: String, where condition: (Value) -> Bool) {
            for image in rows[entity] ?? [] where condition(image) { chosen.append(Row(entity: entity, image: image)) }
        }
        let sold = Array((rows["sales-invoices"] ?? []).shuffled(using: &numbers).prefix(invoices))
        let priced = Array((rows["price-list-lines"] ?? []).shuffled(using: &numbers).prefix(prices))
        var items: Set<String> = ["1000", "1002", "1896-S"]
        var resources: Set<String> = []
        for line in sold.flatMap({ $0["salesInvoiceLines"]?.elements ?? [] }) {
            guard let number = line["lineObjectNumber"]?.text else { continue }
            if line["lineType"] == "Resource" { resources.insert(number) } else { items.insert(number) }
        }
        for price in priced {
            guard let number = price["assetNo"]?.text else { continue }
            if price["assetType"] == "Resource" { resources.insert(number) } else { items.insert(number) }
        }
        let customers = Set(sold.compactMap { $0["customerNumber"]?.text }).union(["C00010"])
        let lists = Set(priced.compactMap { $0["priceListCode"]?.text })
        chosen += sold.map { Row(entity: "sales-invoices", image: $0) }
        chosen += priced.map { Row(entity: "price-list-lines", image: $0) }
        take("items") { items.contains($0["number"]?.text ?? "") }
        take("item-units") { items.contains($0["itemNo"]?.text ?? "") }
        take("resources") { resources.contains($0["number"]?.text ?? "") }
        take("resource-units") { resources.contains($0["resourceNo"]?.text ?? "") }
        take("customers") { customers.contains($0["number"]?.text ?? "") }
        take("price-lists") { lists.contains($0["code"]?.text ?? "") }
        let codes = Set(chosen.compactMap { $0.image["currencyCode"]?.text })
        take("currencies") { codes.contains($0["code"]?.text ?? "") }
        return chosen
    }
}
