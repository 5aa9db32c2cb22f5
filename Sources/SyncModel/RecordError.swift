// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What an error means for a record; this alone decides what happens.
public enum ErrorClass: String, Sendable, Hashable {
    /// The event cannot be read: it goes to the dead letters.
    case malformed
    /// A referenced record does not exist yet: the change waits.
    case dependency
    /// May go away by itself: tried again.
    case transient
    /// The target asks to slow down: tried again later.
    case throttled
    /// Both sides changed.
    case conflict
    /// Will not go away by itself: the record is failed.
    case permanent
}

/// Why a record failed: names and lengths, never the record's values.
public struct RecordError: Sendable, Hashable, Error {
    /// What the error means.
    public var errorClass: ErrorClass
    /// A stable name, or the target's code: `FieldTooLong`, `0x80040237`.
    public var code: String
    /// One sentence for the operator.
    public var message: String

    /// Makes an error from its parts.
    public init(_ errorClass: ErrorClass, code: String, message: String) {
        self.errorClass = errorClass
        self.code = code
        self.message = message
    }

    /// A permanent error of a mapping.
    public static func permanent(_ code: String, _ message: String) -> RecordError {
        RecordError(.permanent, code: code, message: message)
    }
}
