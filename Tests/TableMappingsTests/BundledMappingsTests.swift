// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import Testing

@testable import TableMappings

@Suite("The bundled mappings")
struct BundledMappingsTests {
    /// The default field mappings of Business Central, by mapping.
    static let fieldCounts: [String: Int] = [
        "SALESPEOPLE": 5, "CUSTOMER": 22, "VENDOR": 21, "CONTACT": 21, "CURRENCY": 3, "PAYMENT TERMS": 1,
        "SHIPMENT METHOD": 1, "SHIPPING AGENT": 1, "UNIT OF MEASURE": 1, "UNIT GROUP": 2, "ITEM UOM": 2,
        "RESOURCE UOM": 2, "ITEM-PRODUCT": 12, "RESOURCE-PRODUCT": 8, "CUSTPRCGRP-PRICE": 1, "SALESPRC-PRODPRICE": 6,
        "PLHEADER-PRICE": 5, "PLLINE-PRODPRICE": 8, "OPPORTUNITY": 10, "POSTEDSALESINV-INV": 26,
        "POSTEDSALESLINE-INV": 6, "SALESORDER-ORDER (legacy)": 25, "SALESORDER-ORDER (bidirectional)": 29,
        "SOLINE-ORDERDETAIL": 12,
    ]

    let catalog: MappingCatalog

    init() throws {
        catalog = try MappingCatalog.load(overrides: nil)
    }

    @Test("are 24 with 230 field mappings")
    func counts() {
        #expect(catalog.mappings.count == 24)
        var counts: [String: Int] = [:]
        for mapping in catalog.mappings { counts[mapping.identity] = mapping.fields.count { !$0.isDerived } }
        #expect(counts == Self.fieldCounts)
        #expect(counts.values.reduce(0, +) == 230)
    }

    @Test("each load from a file named after them", arguments: BundledMappingsTests.fieldCounts.keys.sorted())
    func fileNames(identity: String) throws {
        let mapping = try #require(catalog[identity])
        let name = identity.lowercased().map { $0.isLetter || $0 == "-" ? String($0) : $0 == " " ? "-" : "" }.joined()
        #expect(mapping.origin == "\(name).yaml")
    }

    @Test("run by the workers that own them")
    func workers() {
        func names(_ conditions: Set<TableMapping.Condition>) -> [String: Set<String>] {
            Dictionary(grouping: catalog.active(conditions: conditions)) { $0.worker ?? "" }
                .mapValues { Set($0.map(\.name)) }
        }
        var expected: [String: Set<String>] = [
            "reference-worker": ["CURRENCY"],
            "unit-worker": ["UNIT GROUP", "ITEM UOM", "RESOURCE UOM"],
            "product-worker": ["ITEM-PRODUCT", "RESOURCE-PRODUCT"],
            "account-worker": ["CUSTOMER"],
            "price-worker": ["PLHEADER-PRICE", "PLLINE-PRODPRICE"],
            "invoice-worker": ["POSTEDSALESINV-INV", "POSTEDSALESLINE-INV"],
        ]
        #expect(names([.unitGroups, .priceLists]) == expected)
        expected["unit-worker"] = ["UNIT OF MEASURE"]
        expected["price-worker"] = ["CUSTPRCGRP-PRICE", "SALESPRC-PRODPRICE"]
        #expect(names([.noUnitGroups, .salesPrices]) == expected)
    }

    @Test("leave out fields whose setting is off")
    func conditions() throws {
        func columns(_ conditions: Set<TableMapping.Condition>) throws -> [String] {
            let mapping = try #require(catalog.active(conditions: conditions).first { $0.name == "ITEM-PRODUCT" })
            return mapping.fields.filter { $0.type == .lookup && !$0.isByRule }.map { "\($0.column) \($0.isDerived)" }
        }
        #expect(try columns([.unitGroups]) == ["defaultuomid false", "defaultuomscheduleid true"])
        #expect(try columns([.noUnitGroups]) == ["defaultuomscheduleid false"])
    }

    @Test("say everything about an item's fields")
    func item() throws {
        let item = try #require(catalog["ITEM-PRODUCT"])
        #expect(item.direction == .bidirectional)
        #expect(item.onLeavingFilter == .retire)
        #expect(item.businessCentral.entities == ["items"])
        #expect(item.businessCentral.filter == [FilterCondition(property: "blocked", test: .oneOf(["false"]))])
        #expect(item.dataverse.entitySet == "products")
        #expect(item.dataverse.hasCompany)
        let price = FieldMapping(
            property: "unitPrice",
            field: "Unit Price",
            column: "price",
            type: .decimal,
            transformation: .zeroIfNegative
        )
        #expect(item.fields.contains(price))
        let group = FieldMapping(
            column: "defaultuomscheduleid",
            type: .lookup,
            access: .insertOnly,
            condition: .unitGroups,
            lookup: .init(mappings: ["UNIT GROUP"], key: ["systemId"], navigation: "defaultuomscheduleid", byID: true),
            isDerived: true
        )
        #expect(item.fields.contains(group))
    }

    @Test("say everything about an invoice line")
    func invoiceLine() throws {
        let line = try #require(catalog["POSTEDSALESLINE-INV"])
        #expect(line.businessCentral.embeddedIn == .init(entity: "sales-invoices", property: "salesInvoiceLines"))
        #expect(line.businessCentral.home == "documentId")
        #expect(line.businessCentral.key.isEmpty)
        #expect(line.businessCentral.filter == [FilterCondition(property: "lineType", test: .noneOf(["Comment"]))])
    }

    @Test("keep Dataverse's accesses")
    func access() {
        var counts: [FieldMapping.Access: Int] = [:]
        for field in catalog.mappings.flatMap(\.fields) where !field.isDerived { counts[field.access, default: 0] += 1 }
        // Three constants go to Business Central and so have no column.
        #expect(counts == [.readWrite: 200 + 3, .insertOnly: 13, .modifyOnly: 10, .readOnly: 4])
    }

    @Test("run under the conditions that settings make true")
    func settings() {
        typealias Condition = TableMapping.Condition
        let usual = Condition.holding(
            unitGroupMapping: true,
            pricing: "price-lists",
            salesOrders: "off",
            ownership: "team"
        )
        #expect(usual == [.unitGroups, .priceLists])
        let others = Condition.holding(
            unitGroupMapping: false,
            pricing: "sales-prices",
            salesOrders: "legacy",
            ownership: "person"
        )
        #expect(others == [.noUnitGroups, .salesPrices, .legacyOrders, .personOwnership])
        #expect(Condition.combinations.count == 24)
        #expect(Set(Condition.combinations).isSuperset(of: [usual, others]))
        #expect(!Condition.combinations.contains { $0.contains(.disabled) })
    }
}
