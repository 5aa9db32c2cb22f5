// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import SyncModel

/// The couplings that are not settled, of all workers: what waits, and what failed, whole; of those that are filtered out,
/// deleted or unconfirmed only their names and how they stand, as others may wait for them.
///
/// What is coupled is not kept, which is most. Both parts are bounded; what does not fit any more is left out, and said.
struct UnsettledCouplings {
    /// Waiting and failed pairs that are kept: about 1 KB each.
    static let pairLimit = 100_000
    /// Names of others: about 32 bytes each, up to three of a pair.
    static let nameLimit = 1_000_000

    private(set) var table = CouplingTable()
    /// By a hash of mapping, company and name; two that share one of 2^64 are told for each other.
    private var standings: [Int: Standing] = [:]
    private var keys: [String: PairKey] = [:]
    /// Pairs that are sent and not confirmed, by mapping, each as the hash of its key; bounded as the names are.
    private var unconfirmed: [String: Set<Int>] = [:]
    /// Some were left out; the numbers are then at least so large.
    private(set) var isTruncated = false
    private let pairLimit: Int
    private let nameLimit: Int

    private enum Standing: UInt8 {
        case filtered, deleted, unconfirmed

        var finding: WaitingChain.Finding {
            switch self {
            case .filtered: .filtered
            case .deleted: .deleted
            case .unconfirmed: .unconfirmed
            }
        }
    }

    init(pairLimit: Int = Self.pairLimit, nameLimit: Int = Self.nameLimit) {
        self.pairLimit = pairLimit
        self.nameLimit = nameLimit
    }

    /// Takes the newest record of a pair; nil: it is forgotten.
    mutating func take(pairKey: String, _ coupling: Coupling?, partition: Int32) {
        if let known = keys.removeValue(forKey: pairKey) { table.remove(known) }
        note(pairKey, coupling)
        guard let coupling else { return }
        let pair = PairGlance(coupling, partition: partition)
        let names = [pair.id, pair.pairKey.id, pair.key].compactMap(\.self).map {
            Self.name(pair.pairKey.mapping, pair.pairKey.company, $0)
        }
        for name in names { standings[name] = nil }
        if pair.isWaiting || pair.hasFailed {
            guard keys.count < pairLimit else {
                isTruncated = true
                return
            }
            keys[pairKey] = pair.pairKey
            table.put(pair)
        } else if let standing = Self.standing(of: pair) {
            guard standings.count + names.count <= nameLimit else {
                isTruncated = true
                return
            }
            for name in names { standings[name] = standing }
        }
    }

    private mutating func note(_ pairKey: String, _ coupling: Coupling?) {
        let mapping = coupling?.mapping ?? String(pairKey.prefix { $0 != "/" })
        guard let coupling, Self.isUnconfirmed(coupling), unconfirmed[mapping]?.count ?? 0 < nameLimit else {
            unconfirmed[mapping]?.remove(pairKey.hashValue)
            return
        }
        unconfirmed[mapping, default: []].insert(pairKey.hashValue)
    }

    /// Whether others that refer to it have to wait for the delivery's result.
    private static func isUnconfirmed(_ coupling: Coupling) -> Bool {
        !coupling.exists && (coupling.state == .pending || (coupling.state == .coupled && coupling.inFlight != nil))
    }

    /// How many records of each mapping are sent and do not exist on the other side yet.
    var unconfirmedByMapping: [String: Int] { unconfirmed.mapValues(\.count) }

    /// Whether so much has become settled that reading anew would show what was left out.
    var hasRoomAgain: Bool { isTruncated && keys.count < pairLimit / 2 && standings.count < nameLimit / 2 }

    /// How things stand with a record that is not in the table.
    ///
    /// What neither waits nor failed nor has a standing exists, or was never seen; the note of who waits for it tells
    /// these apart, since its worker looks whenever something comes into being.
    func finding(of reference: Waiting.Reference, company: String) -> WaitingChain.Finding {
        if let standing = standings[Self.name(reference.mapping, company, reference.key)] { return standing.finding }
        return reference.reason == .unseen ? .unseen : .exists
    }

    private static func standing(of pair: PairGlance) -> Standing? {
        if pair.exists { return nil }
        switch pair.state {
        case .filtered: return .filtered
        case .broken, .deleted: return .deleted
        case .pending: return .unconfirmed
        // Of a product: made, and not active.
        case .coupled: return pair.isInFlight ? .unconfirmed : .filtered
        case .waiting, .failed, .skipped: return nil
        }
    }

    private static func name(_ mapping: String, _ company: String, _ key: String) -> Int {
        var hasher = Hasher()
        hasher.combine(mapping)
        hasher.combine(company)
        hasher.combine(NaturalKey.normalized(key))
        return hasher.finalize()
    }
}
