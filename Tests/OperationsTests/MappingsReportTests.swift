// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import TableMappings
import Testing

@testable import Operations

@Suite("syncctl mappings")
struct MappingsReportTests {
    private func shown(_ mapping: String, _ body: (JSONValue) throws -> Void) throws {
        let report = MappingsReport(catalog: try MappingCatalog.load(overrides: nil), conditions: [])
        try body(try JSONDocument().parse(report.showJSON(mapping)))
    }

    @Test(arguments: [("ITEM-PRODUCT", "living"), ("PLLINE-PRODPRICE", "true"), ("UNIT GROUP", "false")])
    func uniquenessIsToldAsTheFileSaysIt(mapping: String, uniqueness: String) throws {
        try shown(mapping) { #expect($0["mapping"]?["keyIsUnique"]?.string == uniqueness) }
    }

    @Test func otherNamesOfALookupAreTold() throws {
        try shown("ITEM-PRODUCT") { report in
            let fields = report["fields"]?.elements.filter { $0["ownerKey"] != nil } ?? []
            #expect(fields.map { $0["column"]?.string } == ["defaultuomid"])
            let key = fields.first?["ownerKey"]?.elements.map { $0.string }
            #expect(key == ["systemId", "baseUnitOfMeasureCode"])
        }
        try shown("POSTEDSALESINV-INV") { report in
            #expect(report["fields"]?.elements.compactMap { $0["idProperty"]?.string } == ["customerId"])
        }
    }
}
