// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What has to change for a waiting record to go on: the end of its chain, and what keeps the worker there from it.
package struct RootCause: Sendable, Hashable {
    /// The record at the end of the chain.
    package let link: WaitingChain.Link
    /// What keeps its worker from going on; nil where the record itself is the cause.
    package let obstacle: Obstacle?

    /// Finds the cause of a chain.
    ///
    /// A record that was never seen, or a line of which only the sums tell, may lie unread behind a gate or a hold, or before a worker that does not run. One that
    /// exists by now only waits for the worker of the record above it; one that is sent waits for its own worker to hear
    /// of the result.
    ///
    /// - Parameters:
    ///   - chain: a chain of a pair.
    ///   - mapping: the pair's own mapping.
    ///   - obstacle: what keeps a mapping's worker from going on; nil: nothing.
    package init(of chain: WaitingChain, mapping: String, obstacle: (_ mapping: String) -> Obstacle?) {
        link = chain.root
        let above = chain.links.count > 1 ? chain.links[chain.links.count - 2].mapping : mapping
        switch chain.root.finding {
        case .unseen, .sumsDiffer:
            self.obstacle = obstacle(link.mapping)
        case .exists:
            self.obstacle = obstacle(above).flatMap { $0.kind == .workerStopped ? $0 : nil }
        case .undecided, .unconfirmed:
            self.obstacle = obstacle(link.mapping).flatMap { $0.kind == .workerStopped ? $0 : nil }
        case .filtered, .deleted, .failed, .skipped, .waiting, .circle, .referenced:
            self.obstacle = nil
        }
    }

    /// One word for programs.
    package var word: String { obstacle?.kind.rawValue ?? link.finding.word }

    /// What readers are told, behind the record's name.
    package var words: String {
        guard let obstacle else { return link.finding.words }
        return "\(link.finding.words); \(obstacle.words)"
    }
}
