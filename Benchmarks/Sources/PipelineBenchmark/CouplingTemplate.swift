// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import ItemEvents
import SyncModel

/// A coupling record of one item, to be made that of others.
struct CouplingTemplate {
    private let key: [UInt8]
    private let value: [UInt8]
    private let places: (key: [Int], value: [Int], number: [Int], row: [Int])

    /// Finds the item's id, its number and its row's id in the record.
    init?(key: [UInt8], value: [UInt8]) {
        let parts = key.split(separator: UInt8(ascii: "/"))
        guard let id = parts.last.map({ Array($0) }), id.count == 36 else { return nil }
        self.key = key
        self.value = value
        // The number is the natural key: eight digits behind `"key":"`.
        let mark = Array(#""key":""#.utf8)
        guard let start = CouplingTemplate.places(of: mark, in: value).first.map({ $0 + mark.count }) else {
            return nil
        }
        let number = Array(value[start..<start + 8])
        places = (
            CouplingTemplate.places(of: id, in: key), CouplingTemplate.places(of: id, in: value),
            CouplingTemplate.places(of: number, in: value),
            CouplingTemplate.places(of: CouplingTemplate.row(of: key), in: value)
        )
    }

    /// The record of another item.
    func record(of item: Int) -> (key: [UInt8], value: [UInt8]) {
        let id = Array(ItemEvent.id(item).utf8)
        let number = Array(ItemEvent.number(item).utf8)
        var record = (key: key, value: value)
        for place in places.key { record.key.replaceSubrange(place..<place + id.count, with: id) }
        for place in places.value { record.value.replaceSubrange(place..<place + id.count, with: id) }
        for place in places.number { record.value.replaceSubrange(place..<place + number.count, with: number) }
        // A row that is not the pair's own counts as taken over, and the pair would be judged anew.
        let row = CouplingTemplate.row(of: record.key)
        for place in places.row { record.value.replaceSubrange(place..<place + row.count, with: row) }
        return record
    }

    /// The id of the row that a pair makes.
    private static func row(of pairKey: [UInt8]) -> [UInt8] {
        Array(NamedUUID.make(String(decoding: pairKey, as: UTF8.self)).utf8)
    }

    private static func places(of part: [UInt8], in bytes: [UInt8]) -> [Int] {
        guard bytes.count >= part.count else { return [] }
        return (0...bytes.count - part.count).filter { bytes[$0..<$0 + part.count].elementsEqual(part) }
    }
}
