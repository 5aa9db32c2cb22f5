// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SeededRandom
import SyncModel
import SyncTestSupport

/// Changes events in ways in which producers, proxies and disks spoil them.
struct EventMutator {
    var random: SeededGenerator
    private let document = JSONDocument(maximumDepth: 1_000)

    init(seed: UInt64) {
        random = SeededGenerator(spreading: seed)
    }

    /// One or a few things are done to the event: to its record, its bytes, its key or its place.
    mutating func mutate(_ event: inout HostileEvent) {
        for _ in 0..<(1 + random.below(3)) {
            switch random.below(20) {
            case 0..<11: mutateRecord(&event)
            case 11..<15: mutateBytes(&event)
            case 15..<18: mutateKey(&event)
            case 18: event.partition = Int32(random.below(3))
            default: event.entity = Self.entities[random.below(Self.entities.count)]
            }
        }
    }

    /// Makes an event the newest of its record, with another price or name.
    mutating func renew(_ event: inout HostileEvent) {
        guard let value = event.value, let root = try? document.parse(value) else { return }
        var tree = SourceValue(root)
        let isWrapped = tree["payload"] != nil
        var body = (isWrapped ? tree["payload"] : tree) ?? tree
        let time = Self.beginning + Int64(event.number) * 1_000
        body["ts_ms"] = .number("\(time)")
        if var source = body["source"], case .number = source["sequence"] {
            source["sequence"] = .number("\(1_000_000 + event.number)")
            body["source"] = source
        }
        if var image = body["after"], image["systemId"] != nil {
            image["lastModifiedDateTime"] = .text(Timestamp.text(milliseconds: time))
            if image["unitPrice"] != nil {
                image["unitPrice"] = .number("\(random.below(10_000)).\(1 + random.below(9))")
            }
            if image["displayName"] != nil { image["displayName"] = .text("Name \(event.number)") }
            body["after"] = image
        }
        if isWrapped { tree["payload"] = body } else { tree = body }
        var writer = JSONWriter()
        tree.write(to: &writer)
        event.value = writer.bytes
    }

    /// When the newest events begin: 2026-04-01, in milliseconds since 1970.
    private static let beginning: Int64 = 1_775_001_600_000

    /// Topics with change events.
    private static let entities = [
        "currencies", "items", "item-units", "resources", "resource-units", "customers", "price-lists",
        "price-list-lines", "sales-invoices", "sales-invoice-lines",
    ]

    private mutating func mutateRecord(_ event: inout HostileEvent) {
        guard let value = event.value, let root = try? document.parse(value) else { return mutateBytes(&event) }
        var tree = SourceValue(root)
        var change = RecordMutation(random: random)
        change.apply(to: &tree)
        random = change.random
        event.mutations.append(change.name)
        var writer = JSONWriter()
        tree.write(to: &writer)
        event.value = writer.bytes
    }

    private mutating func mutateBytes(_ event: inout HostileEvent) {
        guard var bytes = event.value else { return mutateKey(&event) }
        let place = random.below(bytes.count + 1)
        let length = min(bytes.count - place, 1 + random.below(40))
        let part = place..<(place + length)
        let kinds = ByteMutation.allCases
        let kind = kinds[random.below(kinds.count)]
        event.mutations.append(kind.rawValue)
        switch kind {
        case .truncated: bytes.removeSubrange(place...)
        case .bits:
            for _ in 0..<(1 + random.below(4)) where !bytes.isEmpty {
                bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
            }
        case .noUTF8:
            bytes.insert(contentsOf: [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf5, 0x80]][random.below(4)], at: place)
        case .partTwice: bytes.insert(contentsOf: Array(bytes[part]), at: place)
        case .partMissing: bytes.removeSubrange(part)
        case .moreBehind: bytes += Array(["}", "{}", "\0", "x"][random.below(4)].utf8)
        case .spaceAround: bytes = Array(" \r\n\t".utf8) + bytes + Array("\n ".utf8)
        case .byteOrderMark: bytes = [0xef, 0xbb, 0xbf] + bytes
        case .empty: bytes = []
        case .twoBytesACharacter: bytes = bytes.flatMap { [$0, 0] }
        case .memberTwice: bytes = doubled(bytes)
        case .tombstone:
            event.value = nil
            return
        }
        event.value = bytes
    }

    private enum ByteMutation: String, CaseIterable {
        case truncated, bits, noUTF8, partTwice, partMissing, moreBehind, spaceAround, byteOrderMark, empty
        case twoBytesACharacter, memberTwice, tombstone
    }

    /// A member in front that comes again later.
    private mutating func doubled(_ bytes: [UInt8]) -> [UInt8] {
        let members = [
            #""op":"d","#, #""after":null,"#, #""source":{},"#, #""ts_ms":1,"#, #""schema":{},"payload":{},"#,
        ]
        guard bytes.first == UInt8(ascii: "{") else { return bytes }
        return [bytes[0]] + Array(members[random.below(members.count)].utf8) + bytes.dropFirst()
    }

    private mutating func mutateKey(_ event: inout HostileEvent) {
        let id = event.key.map { String(decoding: $0, as: UTF8.self) } ?? "1a9023fe-888a-57ea-8ea9-e074c9acd461"
        let keys: [(String, [UInt8]?)] = [
            ("no key", nil), ("empty key", []), ("capital key", Array(id.uppercased().utf8)),
            ("object key", Array(#"{"systemId":"\#(id)"}"#.utf8)),
            ("wrapped key", Array(#"{"schema":{},"payload":{"id":"\#(id)"}}"#.utf8)),
            ("text key", Array("\"\(id)\"".utf8)), ("another key", Array(NamedUUID.make(id).utf8)),
            ("blank key", Array(ChangeEvent.blankID.utf8)), ("no key at all", [0xff, 0xfe, 0, 1]),
            ("long key", [UInt8](repeating: 0x61, count: 5_000)),
            ("deep key", Array(String(repeating: "[", count: 40).utf8)),
        ]
        let (name, key) = keys[random.below(keys.count)]
        event.key = key
        event.mutations.append(name)
    }
}
