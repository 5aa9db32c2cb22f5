// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import SyncModel

/// Why a record waits, link by link down to what has to change for it to go on.
package struct WaitingChain: Sendable, Hashable {
    /// How things stand with a record that is waited for.
    package enum Finding: Sendable, Hashable {
        /// Nothing was ever seen of it.
        case unseen
        /// It is outside its table filter.
        case filtered
        /// It was deleted, or its other side was.
        case deleted
        /// It failed.
        case failed(RecordError?)
        /// It is skipped.
        case skipped(RecordError?)
        /// Its create, or a change of the waiting pair itself, is sent and not confirmed.
        case unconfirmed
        /// It waits itself; only links before the last have it.
        case waiting
        /// It waits for something that waits for it.
        case circle
        /// It exists by now: its owner has yet to go on.
        case exists
        /// It is to be deleted, and rows of the other side refer to it.
        case referenced
        /// Lines of a document add up to other sums than it says; which, in names.
        case sumsDiffer(String?)
        /// It waits, but for nothing that its owner has named yet.
        case undecided
    }

    /// A record that is waited for.
    package struct Link: Sendable, Hashable {
        package let mapping: String
        /// Its natural key, or its id.
        package let key: String
        /// How things stand with it.
        package var finding: Finding

        /// Makes a link.
        package init(mapping: String, key: String, finding: Finding) {
            self.mapping = mapping
            self.key = key
            self.finding = finding
        }
    }

    /// From what the record waits for down to the root cause; at least one.
    package let links: [Link]

    /// The last link: what has to change.
    package var root: Link { links[links.count - 1] }

    /// Makes a chain of at least one link.
    package init(links: [Link]) {
        self.links = links
    }
}

extension WaitingChain {
    /// The chains of a waiting pair: one for each root cause, followed through the couplings as they stand now.
    ///
    /// Of several ways to one cause it is the first, which goes through what the pair itself names first.
    ///
    /// What the record itself noted may be older than the couplings, so only the names of its references are taken from
    /// it. Each pair is followed once, so that circles and references that meet again end.
    ///
    /// - Parameters:
    ///   - pair: the pair that waits.
    ///   - table: the couplings.
    ///   - absent: how things stand with a record of a company that the table lacks; where it has all couplings, nothing
    ///     was ever seen of it.
    /// - Returns: the chains; none for a pair that does not wait.
    package static func chains(
        of pair: PairGlance,
        in table: CouplingTable,
        absent: @escaping (Waiting.Reference, String) -> Finding = { _, _ in .unseen }
    ) -> [WaitingChain] {
        guard pair.waitsSince != nil else { return [] }
        var search = Search(table: table, absent: absent)
        search.follow(pair)
        var roots: Set<Link> = []
        return search.chains.filter { roots.insert($0.root).inserted }
    }

    /// Goes down depth first, with a stack of its own: a chain may be as long as there are records.
    private struct Search {
        private struct Step {
            let pair: PairGlance
            /// The next of its references to look at.
            var next = 0
        }

        let table: CouplingTable
        let absent: (Waiting.Reference, String) -> Finding
        var chains: [WaitingChain] = []
        private var steps: [Step] = []
        /// The links between the pairs of `steps`, one fewer than these.
        private var path: [Link] = []
        private var above: Set<PairKey> = []
        private var followed: Set<PairKey> = []

        init(table: CouplingTable, absent: @escaping (Waiting.Reference, String) -> Finding) {
            self.table = table
            self.absent = absent
        }

        mutating func follow(_ pair: PairGlance) {
            descend(to: pair)
            while let step = steps.last {
                guard step.next < step.pair.waitsFor.count else {
                    steps.removeLast()
                    above.remove(step.pair.pairKey)
                    if !path.isEmpty { path.removeLast() }
                    continue
                }
                steps[steps.count - 1].next += 1
                visit(step.pair.waitsFor[step.next], of: step.pair)
            }
        }

        private mutating func descend(to pair: PairGlance) {
            followed.insert(pair.pairKey)
            above.insert(pair.pairKey)
            steps.append(Step(pair: pair))
            guard pair.waitsFor.isEmpty else { return }
            let own = Link(mapping: pair.pairKey.mapping, key: pair.name, finding: .undecided)
            chains.append(WaitingChain(links: path.dropLast() + [own]))
        }

        private mutating func visit(_ reference: Waiting.Reference, of pair: PairGlance) {
            var link = Link(mapping: reference.mapping, key: reference.key, finding: .unseen)
            let found = table.pair(mapping: reference.mapping, company: pair.pairKey.company, key: reference.key)
            if reference.reason == .inFlight {
                link.finding = .unconfirmed
            } else if reference.reason == .referenced {
                link.finding = .referenced
            } else if reference.reason == .sumsDiffer {
                link.finding = .sumsDiffer(reference.detail)
            } else if let found {
                link.finding = Finding(found)
                if link.finding == .waiting, above.contains(found.pairKey) { link.finding = .circle }
            } else {
                link.finding = absent(reference, pair.pairKey.company)
            }
            guard link.finding == .waiting, let found else { return chains.append(WaitingChain(links: path + [link])) }
            guard !followed.contains(found.pairKey) else { return }
            path.append(link)
            descend(to: found)
        }
    }
}

extension WaitingChain.Finding {
    /// How things stand with a pair that another refers to.
    package init(_ pair: PairGlance) {
        self =
            switch pair.state {
            case _ where pair.exists: .exists
            case .waiting: .waiting
            case .pending: .unconfirmed
            case .failed: .failed(pair.error)
            case .skipped: .skipped(pair.error)
            case .broken, .deleted: .deleted
            case .filtered: .filtered
            case .coupled: pair.isInFlight ? .unconfirmed : pair.isWaiting ? .waiting : .filtered
            }
    }

    /// One word for programs.
    package var word: String {
        switch self {
        case .unseen: "unseen"
        case .filtered: "filtered"
        case .deleted: "deleted"
        case .failed: "failed"
        case .skipped: "skipped"
        case .unconfirmed: "unconfirmed"
        case .waiting: "waiting"
        case .circle: "circle"
        case .exists: "exists"
        case .referenced: "referenced"
        case .sumsDiffer: "sums-differ"
        case .undecided: "undecided"
        }
    }

    /// What readers are told.
    package var words: String {
        switch self {
        case .unseen: "was never seen"
        case .filtered: "is filtered out"
        case .deleted: "was deleted"
        case .failed(let error): "failed\(Self.reason(error))"
        case .skipped(let error): "is skipped\(Self.reason(error))"
        case .unconfirmed: "is sent, not confirmed"
        case .waiting: "waits"
        case .circle: "waits for it in turn"
        case .exists: "exists by now, about to go on"
        case .referenced: "is still referred to by rows of the other side"
        case .sumsDiffer(let figures):
            "differ in their sums\(figures.map { ": \($0)" } ?? ""); an amount is wrong or a line has not come"
        case .undecided: "waits for its worker"
        }
    }

    private static func reason(_ error: RecordError?) -> String {
        error.map { ": \($0.code)" } ?? ""
    }
}

extension WaitingChain {
    /// The first and the last links, where there are more than twice so many; else all.
    package func ends(_ count: Int) -> [Link] {
        links.count <= 2 * count ? links : Array(links.prefix(count) + links.suffix(count))
    }
}
