// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
public import SeededRandom
import SyncModel

/// Records of a company by entity: the demo company's, copied several times.
public struct Company: Sendable {
    /// The entities in an order in which references come last.
    static let entities = [
        "currencies", "items", "item-units", "resources", "resource-units", "customers", "price-lists",
        "price-list-lines", "sales-invoices",
    ]

    /// The records by entity.
    public private(set) var records: [String: [SourceValue]] = [:]

    /// Reads `items.jsonl` and its like.
    public init(directory: String) throws {
        let document = JSONDocument()
        for entity in Company.entities {
            let text = try String(contentsOfFile: "\(directory)/\(entity).jsonl", encoding: .utf8)
            records[entity] = try text.split(separator: "\n").map { SourceValue(try document.parse(String($0))) }
        }
    }

    /// Some invoices and prices with everything that they refer to, and a few records that are difficult.
    public func part(invoices: Int, prices: Int, using random: inout SeededGenerator) -> Company {
        var part = self
        func keep(_ entity: String, where condition: (SourceValue) -> Bool) {
            part.records[entity] = (records[entity] ?? []).filter(condition)
        }
        let sold = (records["sales-invoices"] ?? []).shuffled(using: &random).prefix(invoices)
        let priced = (records["price-list-lines"] ?? []).shuffled(using: &random).prefix(prices)
        var items: Set<String> = ["1000", "1896-S"]
        var resources: Set<String> = []
        for line in sold.flatMap({ $0.elements("salesInvoiceLines") }) {
            if line.text("lineType") == "Resource" {
                resources.insert(line.text("lineObjectNumber"))
            } else {
                items.insert(line.text("lineObjectNumber"))
            }
        }
        for price in priced {
            if price.text("assetType") == "Resource" {
                resources.insert(price.text("assetNo"))
            } else {
                items.insert(price.text("assetNo"))
            }
        }
        let customers = Set(sold.map { $0.text("customerNumber") })
        let lists = Set(priced.map { $0.text("priceListCode") })
        part.records["sales-invoices"] = Array(sold)
        part.records["price-list-lines"] = Array(priced)
        keep("items") { items.contains($0.text("number")) }
        keep("item-units") { items.contains($0.text("itemNo")) }
        keep("resources") { resources.contains($0.text("number")) }
        keep("resource-units") { resources.contains($0.text("resourceNo")) }
        keep("customers") { customers.contains($0.text("number")) }
        keep("price-lists") { lists.contains($0.text("code")) }
        let codes = Set(part.records.values.joined().map { $0.text("currencyCode") })
        keep("currencies") { codes.contains($0.text("code")) }
        return part
    }

    /// Adds copies of everything but currencies, resources and price lists.
    ///
    /// Prices vary, and documents mix the copies of customers and items.
    mutating func multiply(by count: Int, using random: inout SeededGenerator) {
        let originals = records
        for copy in 1..<max(count, 1) {
            for entity in ["items", "item-units", "customers", "price-list-lines"] {
                records[entity, default: []] += (originals[entity] ?? []).map {
                    Company.copied($0, copy, entity, using: &random)
                }
            }
            records["sales-invoices", default: []] += (originals["sales-invoices"] ?? []).map {
                Company.copiedInvoice($0, copy, of: count, using: &random)
            }
        }
    }

    /// The name of a copied record's id.
    static func id(_ original: String, _ copy: Int) -> String {
        copy == 0 ? original : NamedUUID.make("copy \(copy) of \(original)")
    }

    /// The number of a copied record.
    static func number(_ original: String, _ copy: Int) -> String { copy == 0 ? original : "\(original)-\(copy)" }

    private static func copied(
        _ original: SourceValue,
        _ copy: Int,
        _ entity: String,
        using random: inout SeededGenerator
    ) -> SourceValue {
        var record = original
        record["systemId"] = .text(id(original.text("systemId"), copy))
        switch entity {
        case "items":
            record["number"] = .text(number(original.text("number"), copy))
            record["unitPrice"] = price(using: &random)
        case "item-units":
            record["itemNo"] = .text(number(original.text("itemNo"), copy))
            record["itemId"] = .text(id(original.text("itemId"), copy))
        case "customers":
            record["number"] = .text(number(original.text("number"), copy))
        default:
            record["lineNo"] = .number("\((Int(original.text("lineNo")) ?? 0) + copy)")
            record["unitPrice"] = price(using: &random)
            // Prices of resources would all claim the line of the original: a filter takes them out.
            guard original.text("assetType") == "Item" else {
                record["minimumQuantity"] = .number("10")
                return record
            }
            for name in ["assetNo", "productNo"] { record[name] = .text(number(original.text(name), copy)) }
            record["assetId"] = .text(id(original.text("assetId"), copy))
        }
        return record
    }

    private static func copiedInvoice(
        _ original: SourceValue,
        _ copy: Int,
        of count: Int,
        using random: inout SeededGenerator
    ) -> SourceValue {
        var invoice = original
        let id = id(original.text("systemId"), copy)
        invoice["systemId"] = .text(id)
        invoice["number"] = .text(number(original.text("number"), copy))
        let customer = random.below(count)
        invoice["customerNumber"] = .text(number(original.text("customerNumber"), customer))
        invoice["customerId"] = .text(Company.id(original.text("customerId"), customer))
        invoice["salesInvoiceLines"] = .array(
            original.elements("salesInvoiceLines").map { original in
                var line = original
                line["systemId"] = .text(Company.id(original.text("systemId"), copy))
                line["documentId"] = .text(id)
                guard original.text("lineType") == "Item" else { return line }
                let item = random.below(count)
                line["lineObjectNumber"] = .text(number(original.text("lineObjectNumber"), item))
                line["itemId"] = .text(Company.id(original.text("itemId"), item))
                return line
            }
        )
        return invoice
    }

    /// A price with up to five digits behind the point.
    static func price(using random: inout SeededGenerator) -> SourceValue {
        let whole = random.below(5_000)
        let digits = [1, 10, 100, 1_000, 100_000][random.below(5)]
        let part = random.below(digits)
        guard part > 0 else { return .number(String(whole)) }
        let text = String(part + digits).dropFirst()
        return .number("\(whole).\(text)")
    }

    mutating func add(_ record: SourceValue, to entity: String) { records[entity, default: []].append(record) }
}
