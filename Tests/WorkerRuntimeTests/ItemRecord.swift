// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka

/// A change event as text, and where it goes.
struct ChangeText {
    var topic: String
    var key: String?
    var value: String
    var partition: Int32?
}

/// An item and its base unit: the smallest set of records that becomes a product.
struct ItemRecord {
    static let partitionCount: Int32 = 6

    var id: String
    var number: String
    var company = WorkerStack.company

    /// Items with ids of their own, numbered from a start that tells sets of items apart.
    static func make(_ count: Int, from start: Int = 0) -> [ItemRecord] {
        (start..<start + count).map { index in
            let tail = String(index, radix: 16)
            let padded = String(repeating: "0", count: 12 - tail.count) + tail
            return ItemRecord(id: "579023fe-888a-57ea-8ea9-\(padded)", number: "I\(index)")
        }
    }

    /// One item for every partition, so that their arrival shows that all partitions have been read.
    static func onePerPartition(from start: Int) -> [ItemRecord] {
        var found: [Int32: ItemRecord] = [:]
        var next = start
        while found.count < Int(partitionCount) {
            for item in make(1, from: next) where found[item.home] == nil { found[item.home] = item }
            next += 1
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The partition of the item's pairs.
    var home: Int32 { Murmur2.partition(forKey: id, count: Self.partitionCount) }
    /// Another one.
    var foreignPartition: Int32 { (home + 1) % Self.partitionCount }

    /// An event of the item; the price can be any JSON.
    func event(_ op: String = "u", sequence: Int, price: String = "1.50", key: String? = nil, partition: Int32? = nil)
        -> ChangeText
    {
        let image =
            #"{"systemId":"\#(id)","number":"\#(number)","displayName":"Desk \#(number)","unitPrice":\#(price),"blocked":false,"baseUnitOfMeasureCode":"PCS","lastModifiedDateTime":"2026-01-01T00:00:00Z"}"#
        let images = op == "d" ? #""before":\#(image),"after":null"# : #""before":null,"after":\#(image)"#
        return ChangeText(
            topic: "bc.changes.items",
            key: key ?? id,
            value:
                #"{"op":"\#(op)","ts_ms":\#(1_767_225_600_000 + sequence),"source":{"system":"business-central","company":"\#(company)","table":"Item","sequence":\#(sequence)},\#(images)}"#,
            partition: partition
        )
    }

    /// The id of its base unit.
    var unitID: String { "6" + id.dropFirst() }

    /// The event of the item's base unit.
    var unitEvent: ChangeText {
        let image =
            #"{"systemId":"\#(unitID)","itemNo":"\#(number)","itemId":"\#(id)","code":"PCS","qtyPerUnitOfMeasure":1,"lastModifiedDateTime":"2026-01-01T00:00:00Z"}"#
        return ChangeText(
            topic: "bc.changes.item-units",
            key: unitID,
            value:
                #"{"op":"c","ts_ms":1767225600000,"source":{"system":"business-central","company":"\#(company)","table":"Item Unit of Measure","sequence":1},"before":null,"after":\#(image)}"#,
            partition: nil
        )
    }
}
