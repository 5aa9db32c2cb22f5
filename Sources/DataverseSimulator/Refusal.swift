// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import SyncModel

/// A change that was refused.
public struct Refusal: Sendable, Hashable {
    /// The change's id.
    public let changeID: String
    /// The pair it belongs to.
    public let pairKey: String
    /// The mapping it comes from.
    public let mapping: String
    /// What it was to do.
    public let operation: SyncModel.Operation
    /// The entity set it was for.
    public let entitySet: String
    /// The row it was for.
    public let recordID: String
    /// The status code of the Web API's answer.
    public let status: Int
    /// Why, with the Web API's error code.
    public let error: RecordError
}

/// A change that had its effect.
public struct AppliedChange: Sendable, Hashable {
    /// The change's id.
    public let changeID: String
    /// The pair it belongs to.
    public let pairKey: String
    /// What it did.
    public let operation: SyncModel.Operation
    /// The entity set.
    public let entitySet: String
    /// The row: the one found by match, where one was.
    public let recordID: String
    /// `<topic>|<partition>|<offset>` of the event whose values it carries.
    public let causation: String
}

/// Why a refusal was made; thrown inside.
struct Refused: Error {
    let status: Int
    let error: RecordError
    /// The row that would have to be there, or to change, before it could be applied.
    var awaited: RowName?

    init(
        _ status: Int,
        _ code: String,
        _ message: String,
        class errorClass: ErrorClass = .permanent,
        awaited: RowName? = nil
    ) {
        self.status = status
        self.awaited = awaited
        error = RecordError(errorClass, code: code, message: message)
    }
}
