// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import JSON
import Kafka
import SyncModel

/// Takes in the records of couplings topics and keeps what a search is about: the pairs that are meant, and of the others
/// those that wait or failed.
///
/// Most records are neither, and are passed over by looking at their bytes alone.
struct CouplingScan {
    /// Pairs of one name that are kept.
    static let pairLimit = 1_000

    struct Meant {
        let coupling: Coupling
        let partition: Int32
        let offset: Int64
    }

    private(set) var meant: [String: Meant] = [:]
    /// What waits or failed, and what is meant.
    private(set) var table = CouplingTable()
    /// Records that were taken.
    private(set) var count = 0
    /// There were more than are kept.
    private(set) var isCut = false
    private var keys: [String: PairKey] = [:]
    private let isMeant: (Coupling) -> Bool
    private let patterns: [BytePattern]
    private let limit: Int
    private let document = JSONDocument(maximumDepth: Coupling.maximumDepth)
    private static let settledState = BytePattern(#""state":"coupled","exists":true"#)
    private static let waiting = BytePattern(#""waiting":{"#)

    /// Begins a scan.
    ///
    /// - Parameters:
    ///   - literals: of what is meant one stands in the bytes of every record; see `PairQuery.literal`.
    ///   - limit: how many pairs that wait or failed are kept.
    ///   - isMeant: whether a pair is one that is looked for.
    init(literals: [[UInt8]], limit: Int, isMeant: @escaping (Coupling) -> Bool) {
        patterns = literals.map { BytePattern($0) }
        self.limit = limit
        self.isMeant = isMeant
    }

    /// Takes the next record; older ones of a pair come before newer ones.
    mutating func take(_ message: Message) {
        guard let key = message.key else { return }
        take(key: key, value: message.value, partition: message.partition, offset: message.offset)
    }

    mutating func take(
        key: UnsafeRawBufferPointer,
        value: UnsafeRawBufferPointer?,
        partition: Int32,
        offset: Int64 = 0
    ) {
        count += 1
        let pairKey = String(decoding: key, as: UTF8.self)
        guard let value else { return forget(pairKey) }
        let mayBeMeant = patterns.contains { $0.isFound(in: value) }
        if !mayBeMeant, Self.isSettled(value) { return forget(pairKey) }
        // One that cannot be read was written by nobody of this project; the worker that owns it says so.
        guard let json = try? document.parse(value), let coupling = try? Coupling(json) else { return }
        forget(pairKey)
        let isMeant = mayBeMeant && isMeant(coupling) && hasRoom(meant.count, Self.pairLimit)
        if isMeant { meant[pairKey] = Meant(coupling: coupling, partition: partition, offset: offset) }
        let pair = PairGlance(coupling, partition: partition)
        guard isMeant || ((pair.waitsSince != nil || pair.hasFailed) && hasRoom(keys.count, limit)) else { return }
        keys[pairKey] = pair.pairKey
        table.put(pair)
    }

    private mutating func hasRoom(_ count: Int, _ limit: Int) -> Bool {
        if count >= limit { isCut = true }
        return count < limit
    }

    private mutating func forget(_ pairKey: String) {
        guard let known = keys.removeValue(forKey: pairKey) else { return }
        table.remove(known)
        meant[pairKey] = nil
    }

    /// Whether a coupling exists on both sides and nothing of it waits.
    ///
    /// Quotes inside values are escaped, so what stands here with its quotes is a member and no value.
    private static func isSettled(_ value: UnsafeRawBufferPointer) -> Bool {
        settledState.isFound(in: value) && !waiting.isFound(in: value)
    }
}
