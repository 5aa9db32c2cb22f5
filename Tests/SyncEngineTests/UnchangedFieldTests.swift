// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncEngine
import SyncModel
import Testing

/// Values that are as agreed are recognised however they are written, and the others go out in their order.
struct UnchangedFieldTests {
    private let item = Sample.id("item 1000")

    private func send(_ installation: Installation, _ changes: [String: Value?]) throws -> [String]? {
        let before = installation.changes("ITEM-PRODUCT", item).count
        installation.send("items", Sample.item("1000", changes))
        try installation.settle()
        let changes = installation.changes("ITEM-PRODUCT", item)
        return changes.count > before ? changes.last?.columns.map(\.name) : nil
    }

    @Test func sameValueWrittenOtherwiseIsUnchanged() throws {
        let installation = try Installation()
        try installation.couple(item: "1000", ["unitPrice": .number("1.5"), "inventory": .number("3")])
        for price: Value in [.number("1.5"), .number("1.50"), .number("15e-1"), .text("1.5"), .text("1.50")] {
            #expect(try send(installation, ["unitPrice": price, "inventory": .number("3")]) == nil)
        }
        #expect(installation.count(.unchanged, "ITEM-PRODUCT") >= 5)
    }

    @Test func negativesBecomeZeroOnce() throws {
        let installation = try Installation()
        try installation.couple(item: "1000", ["unitPrice": .number("1.5"), "inventory": .number("3")])
        let negative: [String: Value?] = ["unitPrice": .number("-1"), "inventory": .number("-2")]
        #expect(try send(installation, negative) == ["price", "quantityonhand"])
        #expect(try send(installation, negative) == nil)
        #expect(try send(installation, ["unitPrice": .number("0"), "inventory": .text("0")]) == nil)
    }

    @Test func changedTextsGoOutInTheOrderOfTheFields() throws {
        let installation = try Installation()
        let agreed: [String: Value?] = [
            "displayName": .text("A"), "vendorItemNo": .text("V"), "unitPrice": .number("1"),
        ]
        try installation.couple(item: "1000", agreed)
        #expect(try send(installation, agreed) == nil)
        let changed: [String: Value?] = [
            "displayName": .text("B"), "vendorItemNo": .text(""), "unitPrice": .number("2"),
        ]
        #expect(try send(installation, changed) == ["name", "price", "vendorpartnumber"])
        #expect(installation.changes("ITEM-PRODUCT", item).last?["vendorpartnumber"] == nil)
        #expect(try send(installation, ["displayName": .text("B"), "unitPrice": .number("2")]) == nil)
    }

    @Test func sameCodeOfAnotherRecordIsAChange() throws {
        let installation = try Installation()
        try installation.couple(item: "1000")
        installation.delete("item-units", Sample.itemUnit("1000"))
        try installation.settle()
        #expect(try send(installation, [:]) == nil)
        let successor = Sample.id("another unit of item 1000")
        installation.send("item-units", Sample.itemUnit("1000", "PCS", ["systemId": .text(successor)]))
        try installation.settle()
        #expect(try send(installation, [:]) == ["defaultuomid"])
        let unit = try installation.coupling("ITEM UOM", successor)
        #expect(try installation.coupling("ITEM-PRODUCT", item)?.base["defaultuomid"] == unit?.crm.id)
    }
}
