// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A change that is not published yet, and what it waits for.
public struct Waiting: Sendable, Hashable {
    /// What the source record asks for.
    public enum Wish: String, Sendable, Hashable {
        /// The other side shall have these values.
        case upsert
        /// The record left its table filter.
        case leave
        /// The record is deleted.
        case delete
    }

    /// Why a reference cannot be made yet.
    public enum Reason: String, Sendable, Hashable {
        /// Nothing was ever seen of the record.
        case unseen
        /// It is outside its table filter.
        case filtered
        /// Its create is published and not confirmed.
        case pending
        /// It failed.
        case failed
        /// It is skipped.
        case skipped
        /// It waits itself.
        case waiting
        /// A change of this very pair is published and not confirmed.
        case inFlight = "in-flight"
        /// It was deleted.
        case deleted
        /// It is this very pair, whose row cannot be deleted while rows of the target refer to it.
        case referenced
        /// Of a document's lines: those that are there add up to other sums than the document says.
        case sumsDiffer = "sums-differ"
        /// It is there, and values were made of it that change with it.
        case followed
    }

    /// A record that is waited for.
    public struct Reference: Sendable, Hashable {
        /// Its mapping.
        public var mapping: String
        /// Its natural key, or its id.
        public var key: String
        /// Why it cannot be referred to yet.
        public var reason: Reason
        /// What to look at, in names of properties, never in their values.
        public var detail: String?
        /// Another name of it under which it may come; the first one is what people know it by.
        public var otherKey: String?

        /// Makes a reference to wait for.
        public init(mapping: String, key: String, reason: Reason, detail: String? = nil, otherKey: String? = nil) {
            self.mapping = mapping
            self.key = key
            self.reason = reason
            self.detail = detail
            self.otherKey = otherKey
        }
    }

    /// When the waiting began, in milliseconds since 1970.
    public var since: Int64
    /// What is waited for.
    public var waitsFor: [Reference] = []
    /// The newest event whose values the change carries.
    public var causation: Causation
    /// What the source record asks for.
    public var wish: Wish
    /// The record's latest image, as JSON text.
    public var image: [UInt8]
    /// Everything that does not need the missing references is published already.
    public var isDeferred = false

    /// Makes a change that waits.
    public init(since: Int64, causation: Causation, wish: Wish, image: [UInt8]) {
        self.since = since
        self.causation = causation
        self.wish = wish
        self.image = image
    }
}
