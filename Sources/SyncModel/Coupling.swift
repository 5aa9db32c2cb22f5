// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The durable state of a coupled pair: what both sides last agreed on, and what waits to go on.
public struct Coupling: Sendable, Hashable {
    /// Where a pair stands.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Nothing published yet: a reference is missing.
        case waiting
        /// The create is published and not confirmed.
        case pending
        /// Both records are known.
        case coupled
        /// The mapping or the last try was rejected.
        case failed
        /// Left out after the error limit or by the operator.
        case skipped
        /// One side was deleted, the coupling is kept.
        case broken
        /// Over; kept with its version.
        case deleted
        /// Never synchronized, since it is outside the table filter; kept with its version so that older events stay stale.
        case filtered
    }

    /// The Business Central side.
    public struct Source: Sendable, Hashable {
        /// The entity of its change topic: `items`.
        public var entity: String
        /// The record's id.
        public var id: String
        /// The natural key by which others refer to it; nil: only by its id.
        public var key: String?
        /// The last version seen.
        public var version: RecordVersion
        /// Values of the source that other records need, by property name.
        public var facts: [String: String] = [:]

        /// Among the facts: the natural key that the source has and the row has not; no property has this name.
        public static let wantedFact = "@wanted"

        /// The natural key that the source has by now, where another record has its row or a change is on its way.
        public var wantedKey: String? { facts[Self.wantedFact] }

        /// Makes the source side of a pair first seen.
        public init(entity: String, id: String, key: String?, version: RecordVersion, facts: [String: String] = [:]) {
            self.entity = entity
            self.id = id
            self.key = key
            self.version = version
            self.facts = facts
        }
    }

    /// The Dataverse side.
    public struct Target: Sendable, Hashable {
        /// Entity set name.
        public var entity: String
        /// The row's id: ours until a delivery reports the one found by match.
        public var id: String
        /// The row's version tag, where a delivery reported one.
        public var etag: String?
        /// Rows that the target made along with it, by role (`baseuom`): entity set and id.
        public var related: [String: Related] = [:]
        /// A create was published (and, with confirmed delivery, applied) and no delete since.
        public var isCreated = false

        /// Makes the target side of a pair first seen.
        public init(entity: String, id: String, etag: String? = nil, isCreated: Bool = false) {
            self.entity = entity
            self.id = id
            self.etag = etag
            self.isCreated = isCreated
        }
    }

    /// A row that the target made along with another.
    public struct Related: Sendable, Hashable {
        /// Entity set name.
        public var entity: String
        /// The row's id.
        public var id: String

        /// Makes a related row.
        public init(entity: String, id: String) {
            self.entity = entity
            self.id = id
        }
    }

    /// A change on its way: published, its result not yet known.
    public struct InFlight: Sendable, Hashable {
        /// The change's id.
        public var changeID: String
        /// What it does.
        public var operation: Operation
        /// The event whose values it carries.
        public var causation: String
        /// The base entries that become agreed when it is applied; nil: cleared.
        public var values: [String: String?]

        /// Makes the note of a published change.
        public init(changeID: String, operation: Operation, causation: String, values: [String: String?]) {
            self.changeID = changeID
            self.operation = operation
            self.causation = causation
            self.values = values
        }
    }

    /// The pair's key.
    public let pairKey: PairKey
    /// Of a document's line: the document's id, which decides its home partition; nil: its own id does.
    public var document: String?
    /// Grows with every write of this record; the newer of two copies has the higher one.
    public var revision: Int64 = 0
    /// Where the pair stands.
    public var state: State
    /// Others may refer to the Dataverse record.
    public var exists = false
    /// The Business Central side.
    public var bc: Source
    /// The Dataverse side.
    public var crm: Target
    /// The mapped values last agreed on both sides, by column; absent: null.
    public var base: AgreedValues = [:]
    /// The change whose result is awaited (confirmed delivery).
    public var inFlight: InFlight?
    /// Failures in a row with the same error, which count towards the limit; errors of the moment do not.
    public var failures = 0
    /// How often in a row it was tried in vain, whatever the error.
    public var tries = 0
    /// The last error.
    public var error: RecordError?
    /// What waits to go on.
    public var waiting: Waiting?
    /// The last change where values of it were made of other records: `waitsFor` names these.
    ///
    /// When they change it is judged anew. Nil while something waits, and of nearly all pairs.
    public var follows: Waiting?
    /// How many changes of each operation the newest causation has led to, for change ids.
    public var emitted = Emitted()
    /// When the coupling was made, in milliseconds since 1970.
    public var createdAt: Int64 = 0
    /// When it was last written, in milliseconds since 1970.
    public var updatedAt: Int64 = 0

    /// Makes the coupling of a pair first seen.
    public init(mapping: String, company: String, id: String, document: String?, state: State, bc: Source, crm: Target)
    {
        self.init(
            PairKey(mapping: mapping, company: company, id: id),
            document: document,
            state: state,
            bc: bc,
            crm: crm
        )
    }

    /// Makes the coupling of a pair first seen.
    public init(_ pairKey: PairKey, document: String?, state: State, bc: Source, crm: Target) {
        self.pairKey = pairKey
        self.document = document
        self.state = state
        self.bc = bc
        self.crm = crm
    }

    /// The mapping's name.
    public var mapping: String { pairKey.mapping }
    /// The company.
    public var company: String { pairKey.company }
    /// The pair's id: the last part of its key.
    public var id: String { pairKey.id }
    /// The id that decides the home partition.
    public var homeID: String { document ?? bc.id }
}

extension Coupling {
    /// Changes counted by operation for one causation.
    public struct Emitted: Sendable, Hashable {
        /// The causation's path.
        public var causation = ""
        /// How many changes it has led to, by the operation's place in `operations`.
        var counts: SIMD4<Int32> = .zero
        /// The operations in the order of their names.
        static let operations: [Operation] = [.create, .delete, .setState, .update]

        /// Makes an empty count.
        public init() {}

        /// Counts one more change and tells its number, from 1.
        public mutating func next(_ operation: Operation, causation path: String) -> Int {
            if causation != path {
                causation = path
                counts = .zero
            }
            let index = Emitted.index(of: operation)
            counts[index] += 1
            return Int(counts[index])
        }

        static func index(of operation: Operation) -> Int {
            switch operation {
            case .create: 0
            case .delete: 1
            case .setState: 2
            case .update: 3
            }
        }
    }
}
