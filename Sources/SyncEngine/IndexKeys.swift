// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// The keys of the indexes; parts are separated by a zero byte, which no name or key has.
enum IndexKeys {
    /// Longest key that goes into an index as it is; a longer one goes in as its name-based id.
    static let longestKey = 100
    /// Longest pair key that is looked for, in bytes.
    static let longestPairKey = 400

    /// A natural key as it is compared: blanks around it off, upper case, as Business Central treats code fields.
    static func normalized(_ key: String) -> String {
        if key.withBytes({ isNormal($0) }) { return key }
        var bytes = Array(key.utf8)
        if bytes.allSatisfy({ $0 < 0x80 && !(0x61...0x7a).contains($0) && $0 > 0x20 }) { return NamedUUID.make(key) }
        bytes.removeAll { $0 == 0 }
        let text = NaturalKey.normalized(String(decoding: bytes, as: UTF8.self))
        return text.utf8.count <= longestKey ? text : NamedUUID.make(text)
    }

    /// Whether the key goes into an index as it is.
    static func isNormal(_ key: UnsafeRawBufferPointer) -> Bool {
        key.count <= longestKey && key.allSatisfy { $0 < 0x80 && !(0x61...0x7a).contains($0) && $0 > 0x20 }
    }

    /// Whether a pair can have this key: the store takes no empty and no longer ones, and no pair's key is so long.
    static func isPossible(pairKey: String) -> Bool {
        !pairKey.isEmpty && pairKey.utf8.count <= longestPairKey
    }

    static func prefix(_ mapping: String, _ company: String, _ key: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(mapping.utf8.count + company.utf8.count + key.utf8.count + 48)
        bytes.append(contentsOf: mapping.utf8)
        bytes.append(0)
        bytes.append(contentsOf: company.utf8)
        bytes.append(0)
        bytes.append(contentsOf: key.utf8)
        bytes.append(0)
        return bytes
    }

    /// The entries by which a coupling is found: by its natural key and owner key.
    ///
    /// `claims` are keys of rows that it wants or leaves; by these only rivals find it, not who refers to it.
    static func naturalKeys(_ coupling: Coupling, _ known: KnownPair?) -> [[UInt8]] {
        guard let known else { return [] }
        let pair = coupling.pairKey.description
        var keys: [[UInt8]] = []
        for key in [known.key, known.ownerKey].compactMap(\.self) {
            keys.append(prefix(coupling.mapping, coupling.company, normalized(key)) + pair.utf8)
        }
        for claim in known.claims { keys.append(claimPrefix(coupling.mapping, coupling.company, claim) + pair.utf8) }
        return keys
    }

    /// Begins the entries that name a mapping's companies; no company's name is empty, so it begins no natural key's.
    static func companyPrefix(_ mapping: String) -> [UInt8] {
        Array(mapping.utf8) + [0, 0]
    }

    /// Begins the entries of those that want or leave the row of a key; no mapping's name has the sign in it.
    static func claimPrefix(_ mapping: String, _ company: String, _ key: String) -> [UInt8] {
        prefix("\(mapping)#", company, normalized(key))
    }

    /// The entries by which a coupling that waits for these or follows them is woken.
    static func waiters(_ coupling: Coupling, _ waitsFor: [Waiting.Reference]) -> [[UInt8]] {
        let pair = coupling.pairKey.description
        return waitsFor.filter { $0.reason != .inFlight && $0.reason != .referenced }.flatMap { reference in
            [reference.key, reference.otherKey].compactMap(\.self).map {
                prefix(reference.mapping, coupling.company, normalized($0)) + pair.utf8
            }
        }
    }

    static func waiting(partition: Int32, pairKey: String) -> [UInt8] {
        withUnsafeBytes(of: partition.bigEndian) { Array($0) } + pairKey.utf8
    }

    /// A pair that is over, in the order of its end; nil while it is not.
    static func ended(_ pair: KnownPair?, pairKey: PairKey, partition: Int32) -> [UInt8]? {
        guard let pair, pair.state == .deleted else { return nil }
        let time = withUnsafeBytes(of: pair.updatedAt.bigEndian) { Array($0) }
        return partitionPrefix(partition: partition) + time + pairKey.description.utf8
    }

    /// A pair whose refused delete is tried again, in the order in which that is due; nil for other pairs.
    static func postponed(_ pair: KnownPair?, pairKey: PairKey, partition: Int32) -> [UInt8]? {
        guard let time = pair?.deleteIsDueAt else { return nil }
        let due = withUnsafeBytes(of: time.bigEndian) { Array($0) }
        return partitionPrefix(partition: partition) + due + pairKey.description.utf8
    }

    /// Begins the keys of a partition's pairs by time.
    static func partitionPrefix(partition: Int32) -> [UInt8] {
        withUnsafeBytes(of: partition.bigEndian) { Array($0) }
    }

    /// The time of an entry of pairs by time, in milliseconds since 1970, and which pair it is.
    static func timedParts(_ key: UnsafeRawBufferPointer) -> (time: Int64, pairKey: String) {
        let time = Int64(bigEndian: key.loadUnaligned(fromByteOffset: 4, as: Int64.self))
        return (time, String(decoding: key[12...], as: UTF8.self))
    }

    static func line(_ coupling: Coupling, of document: String) -> [UInt8] {
        prefix(coupling.mapping, coupling.company, document) + coupling.pairKey.description.utf8
    }
}
