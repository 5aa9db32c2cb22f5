// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import JSON
public import SyncModel

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
    /// None.
    public func derivedLines(of document: JSONValue) throws -> [String] { [] }
}

/// A mapping that data alone describes.
public struct NoRule: EntityRule {
    /// Makes the empty rule.
    public init() {}
}

/// A table mapping with its rule, as a worker runs it; one object, since every event passes it on.
public final class ActiveMapping: Sendable {
    /// The mapping, with the fields that hold under the settings and go to Dataverse.
    public let mapping: TableMapping
    /// Its rule.
    public let rule: any EntityRule
    /// The fields that an event's values are read by, the rule's own left out.
    let fields: [ActiveField]

    /// Makes an active mapping: fields of other settings or of the other direction fall away.
    public init(_ mapping: TableMapping, rule: any EntityRule, conditions: Set<TableMapping.Condition>) {
        var mapping = mapping
        mapping.fields = mapping.fields.filter {
            $0.direction != .fromDataverse && ($0.condition.map(conditions.contains) ?? true)
        }
        self.mapping = mapping
        self.rule = rule
        fields = mapping.fields.filter { !$0.isByRule && $0.access != .readOnly }.map { ActiveField($0) }
    }
}

/// A field mapping as one object.
final class ActiveField: Sendable {
    let mapping: FieldMapping

    init(_ mapping: FieldMapping) {
        self.mapping = mapping
    }
}
