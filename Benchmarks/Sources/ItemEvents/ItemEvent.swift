// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The event of an item as a producer writes it, with fields at fixed places that are overwritten for each event.
public struct ItemEvent: Sendable {
    /// Its bytes.
    public private(set) var value: [UInt8]
    /// The record key: the item's id.
    public private(set) var key: [UInt8]
    private let places: [Field: Int]

    private enum Field: CaseIterable {
        case id, number, name, price, sequence

        var mark: String {
            switch self {
            case .id: "IIIIIIII-IIII-4III-8III-IIIIIIIIIIII"
            case .number: "NNNNNNNN"
            case .name: "DDDDDDDD"
            case .price: "11111.11"
            case .sequence: "1222222222"
            }
        }
    }

    /// Makes one whose fields hold nothing of use yet.
    public init() {
        let text = """
            {"op":"u","ts_ms":1767225600000,"source":{"system":"business-central","company":"CRONUS International Ltd.",\
            "table":"Item","modifiedBy":"5e0c2f6d-8a0b-4f3e-9d51-1f2d3c4b5a69","sequence":\(Field.sequence.mark)},\
            "before":null,"after":{"systemId":"\(Field.id.mark)","lastModifiedDateTime":"2026-01-01T00:00:00.123Z",\
            "number":"\(Field.number.mark)","displayName":"Desk \(Field.name.mark)","displayName2":"","type":"Inventory",\
            "itemCategoryCode":"DESK","blocked":false,"gtin":"","inventory":500,"unitPrice":\(Field.price.mark),\
            "priceIncludesTax":false,"unitCost":506.6,"taxGroupCode":"","baseUnitOfMeasureCode":"PCS",\
            "generalProductPostingGroupCode":"RETAIL","inventoryPostingGroupCode":"RESALE","vendorNo":"30000",\
            "vendorItemNo":"","netWeight":34.6,"grossWeight":39.79,"unitVolume":1.2}}
            """
        let value = Array(text.utf8)
        self.value = value
        // What does not change of an id stays: its hyphens and the 4.
        key = Array(ItemEvent.id(0).utf8)
        var places: [Field: Int] = [:]
        for field in Field.allCases {
            let mark = Array(field.mark.utf8)
            places[field] = value.indices.first { value[$0...].starts(with: mark) }
        }
        self.places = places
    }

    /// The id of an item.
    public static func id(_ item: Int) -> String {
        let digits = String(UInt64(item) &* 0x9E37_79B9_7F4A_7C15, radix: 16)
        let hash = Array(String(repeating: "0", count: 16 - digits.count) + digits)
        let tail = String(item, radix: 16)
        return "\(String(hash[..<8]))-\(String(hash[8..<12]))-4\(String(hash[13...]))-8000-"
            + String(repeating: "0", count: 12 - tail.count) + tail
    }

    /// Its number.
    public static func number(_ item: Int) -> String { String(10_000_000 + item) }

    /// Makes it the event of this item with this price and sequence.
    public mutating func set(item: Int, price: Int, sequence: Int) {
        writeID(item)
        write(digits: 10_000_000 + item, count: 8, at: .number)
        write(digits: 10_000_000 + item, count: 8, at: .name)
        write(digits: 10_000 + price / 100 % 10_000, count: 5, at: .price)
        write(digits: 10 + price % 90, count: 2, at: .price, offset: 6)
        write(digits: 1_000_000_000 + sequence, count: 10, at: .sequence)
    }

    /// The event of the item's only unit, and its record key.
    public static func unit(of item: Int) -> (key: [UInt8], value: [UInt8]) {
        let id = id(item)
        let unit = "f" + id.dropFirst()
        let value = """
            {"op":"c","ts_ms":1,"source":{"company":"CRONUS International Ltd.","sequence":1},"after":{\
            "systemId":"\(unit)","itemId":"\(id)","itemNo":"\(number(item))","code":"PCS","qtyPerUnitOfMeasure":1}}
            """
        return (Array(unit.utf8), Array(value.utf8))
    }

    /// As `id` has it, without memory of its own for each item.
    private mutating func writeID(_ item: Int) {
        let hash = UInt64(item) &* 0x9E37_79B9_7F4A_7C15
        write(hex: hash >> 32, count: 8, at: 0)
        write(hex: hash >> 16, count: 4, at: 9)
        write(hex: hash, count: 3, at: 15)
        write(hex: 0x8000, count: 4, at: 19)
        write(hex: UInt64(item), count: 12, at: 24)
        guard let place = places[.id] else { return }
        for index in key.indices { value[place + index] = key[index] }
    }

    private mutating func write(hex number: UInt64, count: Int, at place: Int) {
        var rest = number
        for index in stride(from: count - 1, through: 0, by: -1) {
            let digit = UInt8(rest & 15)
            key[place + index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
            rest >>= 4
        }
    }

    private mutating func write(digits: Int, count: Int, at field: Field, offset: Int = 0) {
        guard let place = places[field] else { return }
        var rest = digits
        for index in stride(from: count - 1, through: 0, by: -1) {
            value[place + offset + index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }
}
