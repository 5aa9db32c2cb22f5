// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import Diagnosis
import Kafka
package import SyncModel

/// What there is of the records that a search was about.
package struct RecordReport: Sendable {
    /// A pair with all that belongs to it.
    package struct Pair: Sendable, Equatable {
        package var coupling: Coupling
        package var glance: PairGlance
        package var standing: Standing
        /// Where the coupling lies in its partition of the couplings topic.
        package var offset: Int64 = 0
        /// What it waits for, down to the root causes.
        package var chains: [WaitingChain] = []
        /// The causes of the chains, in their order.
        package var causes: [RootCause] = []
        /// What keeps its worker from reading newer events of it.
        package var obstacle: Obstacle?
        package var waiters = Waiters()
        /// The newest of its events, of its outbound changes, and of what reached its owner's inbox; oldest first.
        package var events: [SeenRecord] = []
        package var changes: [SeenRecord] = []
        package var inbox: [SeenRecord] = []
        package var deadLetters: [DeadLetterGlance] = []
        /// Up to where the topics of these records were looked through; nil: not at all.
        var ends: [TopicPartition: Int64]?

        /// The trace of the newest event that names one: what the logs of all workers know it by.
        package var traceID: String? { events.last { $0.traceID != nil }?.traceID }
    }

    /// What waits for a record.
    package struct Waiters: Sendable, Equatable {
        /// How many do.
        package var count = 0
        /// The first of them.
        package var first: [PairGlance] = []
    }

    /// A record that others wait for and that has no coupling.
    package struct Absent: Sendable, Equatable {
        package let cause: RootCause
        package let waiters: Waiters
    }

    /// An event that its worker has not read yet.
    package struct Unread: Sendable, Equatable {
        package let event: SeenRecord
        package let mapping: String
        package let worker: String
        /// What keeps it; nil: it is about to be read.
        package let obstacle: Obstacle?

        /// What readers are told, behind the event's place.
        package var words: String {
            "is not read yet for \(mapping): \(obstacle?.words ?? "\(worker) has not come so far")"
        }
    }

    /// What was looked for.
    package let query: PairQuery
    /// When the search began, in milliseconds since 1970; of one that is followed, when it last changed.
    package var atMs: Int64
    /// When the search began, of a report that is followed since.
    package var followedSinceMs: Int64?
    /// How long it took, in milliseconds.
    package var tookMs: Int64 = 0
    /// Coupling records that were looked at.
    package var couplings = 0
    package var pairs: [Pair] = []
    /// More pairs of that name.
    package var others: [PairKey] = []
    package var absent: [Absent] = []
    /// Where no pair was found: events that name the record, and dead letters; oldest first.
    package var events: [SeenRecord] = []
    package var unread: [Unread] = []
    package var deadLetters: [DeadLetterGlance] = []
    /// Why something may be missing, in sentences.
    package var caveats: [String] = []

    /// Whether there is a pair.
    package var isFound: Bool { !pairs.isEmpty }

    /// Whether nothing at all is known of the record.
    package var isUnknown: Bool { pairs.isEmpty && absent.isEmpty && events.isEmpty && deadLetters.isEmpty }

    package init(query: PairQuery, atMs: Int64) {
        self.query = query
        self.atMs = atMs
    }
}
