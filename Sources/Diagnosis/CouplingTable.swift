// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import SyncModel

/// The newest coupling of every pair, found by pair, by id and by natural key.
package struct CouplingTable {
    private struct Reference: Hashable {
        let mapping: String
        let company: String
        let key: String
    }

    package private(set) var pairs: [PairKey: PairGlance] = [:]
    private var references: [Reference: [PairKey]] = [:]

    /// Makes a table of these pairs.
    package init(_ pairs: [PairGlance] = []) {
        for pair in pairs { put(pair) }
    }

    /// Takes in a pair's newest coupling.
    package mutating func put(_ pair: PairGlance) {
        remove(pair.pairKey)
        pairs[pair.pairKey] = pair
        for reference in names(of: pair) { references[reference, default: []].append(pair.pairKey) }
    }

    /// Forgets a pair.
    package mutating func remove(_ key: PairKey) {
        guard let pair = pairs.removeValue(forKey: key) else { return }
        for reference in names(of: pair) {
            references[reference]?.removeAll { $0 == key }
            if references[reference]?.isEmpty == true { references[reference] = nil }
        }
    }

    /// The pair that a reference means; of several with one natural key the one that exists, and rather one that lives.
    package func pair(mapping: String, company: String, key: String) -> PairGlance? {
        let reference = Reference(mapping: mapping, company: company, key: NaturalKey.normalized(key))
        let found = (references[reference] ?? []).compactMap { pairs[$0] }
        let living = found.first { $0.state != .deleted && $0.state != .broken }
        return found.first(where: \.exists) ?? living ?? found.first
    }

    /// The pairs in the order of mapping, natural key and pair key.
    package func sorted(where isWanted: (PairGlance) -> Bool) -> [PairGlance] {
        pairs.values.filter(isWanted).sorted {
            ($0.pairKey.mapping, $0.name, $0.pairKey.description) < (
                $1.pairKey.mapping, $1.name, $1.pairKey.description
            )
        }
    }

    private func names(of pair: PairGlance) -> Set<Reference> {
        let key = pair.pairKey
        return Set(
            [pair.id, key.id, pair.key].compactMap { $0 }.map {
                Reference(mapping: key.mapping, company: key.company, key: NaturalKey.normalized($0))
            }
        )
    }
}
