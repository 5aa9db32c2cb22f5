// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import JSON
import SyncEngine
import SyncModel
import Testing

/// Values of fields, good and bad.
struct FieldTests {
    @Test(arguments: ["2026-02-31", "2026-02-29", "2026-04-31", "13/01/2025"])
    func dateThatDoesNotExistFails(date: String) throws {
        let installation = try Installation()
        installation.send("price-lists", Sample.priceList("L", ["startingDate": .text(date)]))
        try installation.settle()
        #expect(try error(installation, "PLHEADER-PRICE", Sample.id("list L"))?.code == "WrongType")
        #expect(installation.changes.isEmpty)
    }

    private let item = Sample.id("item 1000")
    private let customer = Sample.id("customer C1")

    private func error(_ installation: Installation, _ mapping: String, _ id: String) throws -> RecordError? {
        let coupling = try installation.coupling(mapping, id)
        #expect(coupling?.state == .failed)
        return coupling?.error
    }

    @Test func tooLongTextFailsAndTheNextEventRecovers() throws {
        let installation = try Installation()
        installation.send("customers", Sample.customer("C1", ["city": .text(String(repeating: "x", count: 81))]))
        try installation.settle()
        let error = try error(installation, "CUSTOMER", customer)
        #expect(error?.code == "FieldTooLong")
        #expect(error?.errorClass == .permanent)
        #expect(error?.message == #"property "city" has 81 characters, column address1_city takes 80"#)
        installation.send("customers", Sample.customer("C1", ["city": .text(String(repeating: "x", count: 80))]))
        try installation.settle()
        #expect(installation.operations("CUSTOMER", customer) == [.create])
        #expect(try installation.coupling("CUSTOMER", customer)?.error == nil)
    }

    @Test func lengthIsCountedAsDataverseCounts() throws {
        let installation = try Installation()
        installation.send("customers", Sample.customer("C1", ["city": .text(String(repeating: "😀", count: 40))]))
        installation.send("customers", Sample.customer("C2", ["city": .text(String(repeating: "😀", count: 41))]))
        try installation.settle()
        #expect(installation.operations("CUSTOMER", customer) == [.create])
        #expect(try error(installation, "CUSTOMER", Sample.id("customer C2"))?.code == "FieldTooLong")
    }

    @Test func textsMadeByRuleAreHeldToTheirLength() throws {
        let installation = try Installation()
        let number = String(repeating: "9", count: 100)
        installation.send("items", Sample.item(number))
        try installation.settle()
        #expect(try error(installation, "UNIT GROUP", Sample.id("item \(number)"))?.code == "FieldTooLong")
        // What operators know it by.
        #expect(try installation.coupling("UNIT GROUP", Sample.id("item \(number)"))?.bc.key == number)
        #expect(installation.dataverse.refusals.isEmpty)
    }

    @Test func privateUseAndEmojiTextPassesThrough() throws {
        let installation = try Installation()
        let text = "\u{E000}😀e\u{301}\u{10FFFD}\u{2028}\"\\\u{1}"
        installation.send("customers", Sample.customer("C1", ["displayName": .text(text)]))
        try installation.settle()
        let name = try installation.row("CUSTOMER", customer)?["name"]
        #expect(name.map { Array($0.unicodeScalars) } == Array(text.unicodeScalars))
    }

    @Test func thirtyDigitsPassThrough() throws {
        let installation = try Installation()
        let digits = "123456789012345678901234567890.123456789012345678901234567890"
        try installation.couple(item: "1000", ["unitPrice": .number(digits)])
        #expect(
            installation.changes("ITEM-PRODUCT", item).first?["price"]
                == "123456789012345678901234567890.12345678901234567890123456789"
        )
        guard
            case .number(let number) = installation.changes("ITEM-PRODUCT", item).first?.columns.first(where: {
                $0.name == "price"
            })?.value
        else { throw RecordError.permanent("", "no number") }
        #expect(number.text == digits)
    }

    @Test(arguments: ["-0", "-0.0", "-0.000", "-0e5"])
    func zeroHasNoSign(text: String) throws {
        let installation = try Installation()
        try installation.couple(item: "1000", ["unitPrice": .number(text), "unitCost": .text(text)])
        let create = try #require(installation.changes("ITEM-PRODUCT", item).first)
        for column in ["price", "standardcost"] {
            guard case .number(let number) = create.columns.first(where: { $0.name == column })?.value else {
                Issue.record("no \(column)")
                continue
            }
            #expect(number.text == "0")
        }
        let count = installation.changes("ITEM-PRODUCT", item).count
        installation.send("items", Sample.item("1000", ["unitPrice": 0, "unitCost": .number("0.00")]))
        try installation.settle()
        #expect(installation.changes("ITEM-PRODUCT", item).count == count)
    }

    /// PRD-06, PRD-10.
    @Test func negativePriceAndStockBecomeZero() throws {
        let installation = try Installation()
        try installation.couple(item: "1000", ["unitPrice": .number("-0.01"), "inventory": -3, "unitCost": -2])
        let create = installation.changes("ITEM-PRODUCT", item).first
        #expect(create?["price"] == "0")
        #expect(create?["quantityonhand"] == "0")
        #expect(create?["standardcost"] == "-2")
    }

    static let wrongTypes: [(String, Value)] = [
        ("unitPrice", "much"), ("unitPrice", true), ("displayName", 17), ("displayName", ["x"]), ("blocked", "perhaps"),
    ]

    @Test(arguments: wrongTypes)
    func wrongTypeFailsAndTheNextEventRecovers(property: String, value: Value) throws {
        let installation = try Installation()
        try installation.couple(item: "1000", [property: value])
        #expect(try error(installation, "ITEM-PRODUCT", item)?.code == "WrongType")
        #expect(installation.deadLetters.isEmpty)
        installation.send("items", Sample.item("1000"))
        try installation.settle()
        #expect(installation.operations("ITEM-PRODUCT", item) == [.create, .setState])
    }

    @Test func decimalsMayComeAsText() throws {
        let installation = try Installation()
        try installation.couple(item: "1000", ["unitPrice": "4000.00000"])
        #expect(installation.changes("ITEM-PRODUCT", item).first?["price"] == "4000")
    }

    @Test func unknownOptionNamesWhatIsKnown() throws {
        let installation = try Installation(
            .init(adjustMapping: { mapping in
                guard mapping.name == "ITEM-PRODUCT",
                    let index = mapping.fields.firstIndex(where: { $0.column == "producttypecode" })
                else { return }
                mapping.fields[index].constant = nil
                mapping.fields[index].property = "type"
                mapping.fields[index].options = ["Inventory": 1, "Non-Inventory": 2]
            })
        )
        try installation.couple(item: "1000", ["type": "Service"])
        let error = try error(installation, "ITEM-PRODUCT", item)
        #expect(error?.code == "UnknownOption")
        #expect(error?.message.contains("Inventory, Non-Inventory") == true)
        #expect(error?.message.contains("Service") == false)
        installation.send("items", Sample.item("1000", ["type": "Non_x002D_Inventory"]))
        try installation.settle()
        #expect(installation.changes("ITEM-PRODUCT", item).first?["producttypecode"] == "2")
    }

    @Test func emptyDatesAndTextsAreCleared() throws {
        let installation = try Installation()
        let list = Sample.id("list L")
        installation.send("price-lists", Sample.priceList("L", ["endingDate": "2026-12-31"]))
        try installation.settle()
        let create = installation.changes("PLHEADER-PRICE", list).first
        #expect(create?["begindate"] == "2026-01-01")
        #expect(create?["enddate"] == "2026-12-31")
        installation.send("price-lists", Sample.priceList("L", ["startingDate": "0001-01-01", "description": ""]))
        try installation.settle()
        let update = installation.changes("PLHEADER-PRICE", list).last
        #expect(update?.names == ["begindate", "description", "enddate"])
        #expect(update?.columns.allSatisfy { $0.value == .null } == true)
        let row = try #require(try installation.row("PLHEADER-PRICE", list))
        #expect(row["begindate"] == nil)
        #expect(row["description"] == nil)
    }

    @Test func absentPropertyLeavesItsColumnAlone() throws {
        let installation = try Installation()
        installation.send("customers", Sample.customer("C1"))
        installation.send("customers", Sample.customer("C1", ["city": nil, "displayName": "Other"]))
        try installation.settle()
        #expect(installation.changes("CUSTOMER", customer).last?.names == ["name"])
        #expect(try installation.row("CUSTOMER", customer)?["address1_city"] == "London")
    }

    @Test func companyAndTeamAreWrittenWhereNamed() throws {
        let company = Sample.id("company")
        let team = Sample.id("team")
        let installation = try Installation(
            .init(adjust: {
                $0.crmCompanyID = company
                $0.crmTeamID = team
            })
        )
        installation.dataverse.insert("bcbi_companies", id: company, columns: [:])
        installation.dataverse.insert("teams", id: team, columns: [:])
        installation.send("customers", Sample.customer("C1"))
        try installation.settle()
        let row = try #require(try installation.row("CUSTOMER", customer))
        #expect(row["bcbi_companyid"] == company)
        #expect(row["ownerid"] == team)
        #expect(row["customertypecode"] == "3")
    }
}
