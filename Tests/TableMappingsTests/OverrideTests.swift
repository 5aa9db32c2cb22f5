// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SyncModel
import Testing

@testable import TableMappings

@Suite("A directory of mappings")
struct OverrideTests {
    /// Runs a body with a directory that holds some files.
    private func withDirectory(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("mappings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, text) in files { try Data(text.utf8).write(to: directory.appendingPathComponent(name)) }
        try body(directory.path)
    }

    @Test("replaces a mapping of the same name and adds others")
    func override() throws {
        let currency = MappingText.mapping(
            "CURRENCY",
            worker: "reference-worker",
            fields: ["{property: code, column: isocurrencycode}"]
        )
        let added = MappingText.mapping("CAMPAIGN", worker: nil, fields: [MappingText.lookup("CUSTOMER")])
        let files = ["my-currency.yaml": currency, "campaign.yml": added, "README.md": "not a mapping", ".x.yaml": "-"]
        try withDirectory(files) { directory in
            let catalog = try MappingCatalog.load(overrides: directory)
            #expect(catalog.mappings.count == 25)
            #expect(catalog["CURRENCY"]?.fields.count == 1)
            #expect(catalog["CURRENCY"]?.origin == "\(directory)/my-currency.yaml")
            #expect(catalog["CAMPAIGN"]?.worker == nil)
            #expect(catalog["CUSTOMER"]?.origin == "customer.yaml")
        }
    }

    @Test("replaces one variant and leaves the other")
    func variant() throws {
        let legacy = "variant: legacy\ncondition: legacy-orders\n"
        let order = legacy + MappingText.mapping("SALESORDER-ORDER", worker: nil, fields: ["{property: a, column: a}"])
        try withDirectory(["order.yaml": order]) { directory in
            let catalog = try MappingCatalog.load(overrides: directory)
            #expect(catalog.mappings.count == 24)
            #expect(catalog["SALESORDER-ORDER (legacy)"]?.fields.count == 1)
            #expect(catalog["SALESORDER-ORDER (bidirectional)"]?.fields.count == 35)
        }
    }

    @Test("may name only workers that there are")
    func worker() throws {
        let currency = MappingText.mapping("CURRENCY", worker: "refrence-worker", fields: ["{property: c, column: c}"])
        try withDirectory(["currency.yaml": currency]) { directory in
            let error = #expect(throws: MappingErrors.self) { try MappingCatalog.load(overrides: directory) }
            let reason = "there is no worker `refrence-worker`; did you mean `reference-worker`?"
            #expect(error?.description == "\(directory)/currency.yaml:2: \(reason)")
        }
    }

    @Test("may not close a circle with bundled mappings; the path is named")
    func circle() throws {
        let lookup = MappingText.lookup("ITEM-PRODUCT")
        let currency = MappingText.mapping(
            "CURRENCY",
            worker: "reference-worker",
            fields: ["{property: code, column: isocurrencycode}", lookup]
        )
        try withDirectory(["currency.yaml": currency]) { directory in
            let error = #expect(throws: MappingErrors.self) { try MappingCatalog.load(overrides: directory) }
            #expect(error?.description.contains("\(directory)/currency.yaml:9: references go in a circle") == true)
        }
    }

    @Test("that is not there, or holds what is no text, is an error")
    func unreadable() throws {
        let error = #expect(throws: MappingErrors.self) { try MappingCatalog.load(overrides: "/nonexistent/mappings") }
        #expect(error?.description == "/nonexistent/mappings: the directory of mappings cannot be read")
        try withDirectory([:]) { directory in
            try Data([0x6E, 0xFF, 0x0A]).write(to: URL(fileURLWithPath: "\(directory)/bad.yaml"))
            let error = #expect(throws: MappingErrors.self) { try MappingCatalog.load(overrides: directory) }
            #expect(error?.description == "\(directory)/bad.yaml: is not UTF-8 text")
        }
    }

    @Test("that is empty changes nothing")
    func empty() throws {
        try withDirectory([:]) { directory in
            let bundled = try MappingCatalog.load(overrides: nil).mappings
            #expect(try MappingCatalog.load(overrides: directory).mappings == bundled)
            #expect(try MappingCatalog.load(overrides: "").mappings == bundled)
        }
    }
}
