// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import JSON
import SyncModel

/// What a mapping's YAML cannot say of an entity.
public protocol EntityRule: Sendable {
    /// Completes what the field mappings made of a record.
    ///
    /// - Throws: `RecordError` where the record cannot be mapped.
    func complete(_ evaluation: inout Evaluation) throws
    /// The row can be used by others only in state 0 (a draft product cannot, PRD-15).
    var existsOnlyWhenActive: Bool { get }
    /// The state of a row whose record left the table filter (PRD-16); nil: left alone.
    var stateOutsideFilter: RecordState? { get }
    /// The state in which a row takes ordinary updates, set before another (INV-31); nil: any state does.
    var openState: RecordState? { get }
    /// Properties whose values other records need of the record with this natural key.
    func factProperties(of key: String?, _ settings: EngineSettings) -> [String]
    /// The rule makes `uniqueKey` of resolved references; else it is the natural key, where `key-is-unique` says so.
    var makesUniqueKey: Bool { get }
    /// Lines that a document has beyond those in its event (INV-15), as JSON objects with a `systemId`.
    func derivedLines(of document: JSONValue) throws -> [String]
}

extension EntityRule {
    /// Leaves what the field mappings made.
    public func complete(_ evaluation: inout Evaluation) throws {}
    /// A row can be used as soon as it is there.
    public var existsOnlyWhenActive: Bool { false }
    /// The row is left alone.
    public var stateOutsideFilter: RecordState? { nil }
    /// Any state takes updates.
    public var openState: RecordState? { nil }
    /// None.
    public func factProperties(of key: String?, _ settings: EngineSettings) -> [String] { [] }
    /// The natural key tells records apart.
    public var makesUniqueKey: Bool { false }
    /// None.
    public func derivedLines(of document: JSONValue) throws -> [String] { [] }
}

/// A mapping that data alone describes.
public struct NoRule: EntityRule {
    /// Makes the empty rule.
    public init() {}
}
