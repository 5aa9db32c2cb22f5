// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
package import SyncModel

/// A pair's newest coupling record, as who follows the couplings topics sees it.
package struct SeenCoupling: Sendable {
    /// The coupling; nil: the pair is forgotten.
    package let coupling: Coupling?
    package let partition: Int32
    package let offset: Int64

    /// Takes down a record.
    package init(_ coupling: Coupling?, partition: Int32, offset: Int64) {
        self.coupling = coupling
        self.partition = partition
        self.offset = offset
    }
}

/// A report that goes on after its search.
extension RecordReport {
    /// Takes over a pair's coupling where it is newer than what the report has.
    package mutating func take(_ seen: SeenCoupling, pairKey: String, limits: SearchLimits) {
        guard let index = pairs.firstIndex(where: { $0.coupling.pairKey.description == pairKey }) else {
            return add(seen, limits)
        }
        guard seen.offset > pairs[index].offset else { return }
        if let coupling = seen.coupling {
            pairs[index].put(coupling, seen.partition, at: seen.offset)
        } else {
            pairs.remove(at: index)
        }
    }

    private mutating func add(_ seen: SeenCoupling, _ limits: SearchLimits) {
        guard let coupling = seen.coupling, !others.contains(coupling.pairKey) else { return }
        if pairs.count < limits.pairs {
            pairs.append(Pair(coupling, seen.partition, at: seen.offset))
            pairs.sort { $0.coupling.pairKey.description < $1.coupling.pairKey.description }
        } else if others.count < limits.otherPairs {
            others.append(coupling.pairKey)
        }
    }

    /// Takes over what the topics have of its pairs from another report on the same.
    package mutating func takeRecords(of other: RecordReport) {
        for index in pairs.indices {
            let key = pairs[index].coupling.pairKey
            guard let known = other.pairs.first(where: { $0.coupling.pairKey == key }) else { continue }
            pairs[index].events = known.events
            pairs[index].changes = known.changes
            pairs[index].inbox = known.inbox
            pairs[index].deadLetters = known.deadLetters
            pairs[index].ends = known.ends
        }
    }

    /// Whether readers would see a difference, but for times.
    package func differs(from other: RecordReport) -> Bool {
        pairs != other.pairs || absent != other.absent || others != other.others
    }
}

extension RecordReport.Pair {
    /// A pair of which nothing but its coupling is known yet.
    package init(_ coupling: Coupling, _ partition: Int32, at offset: Int64) {
        let glance = PairGlance(coupling, partition: partition)
        self.init(coupling: coupling, glance: glance, standing: Standing(glance), offset: offset)
    }

    fileprivate mutating func put(_ coupling: Coupling, _ partition: Int32, at offset: Int64) {
        self.coupling = coupling
        self.offset = offset
        glance = PairGlance(coupling, partition: partition)
        standing = Standing(glance)
    }
}
