// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// What a delivery result says of rows: their ids are believed only where the delivery could know better than we do.
extension SyncEngine {
    /// Takes over the row's id, where the delivery found one by match, its version tag, and rows made along with it.
    ///
    /// Any other id than the one that the change carried is left aside, with the tag of that row.
    func takeIdentities(
        _ root: JSONValue,
        into coupling: inout Coupling,
        of change: Coupling.InFlight,
        _ active: ActiveMapping
    ) {
        var isOurs = true
        if let named = root["recordId"], !named.isNull, named.string != "" {
            let id = named.string.flatMap(NamedUUID.named)
            if let id, id == coupling.crm.id || active.looksForRow(change) {
                coupling.crm.id = id
            } else {
                sink.leftAside(rowOf: coupling.pairKey, changeID: change.changeID)
                isOurs = false
            }
        }
        if isOurs, let etag = root["etag"]?.string, etag.utf8.count <= InboxLimits.nameBytes {
            coupling.crm.etag = etag
        }
        guard let related = root["related"], related.kind == .object else { return }
        for (role, row) in related.members {
            guard let entity = row["entity"]?.string, let id = row["recordId"]?.string.flatMap(NamedUUID.named),
                role.utf8.count <= InboxLimits.nameBytes, entity.utf8.count <= InboxLimits.nameBytes,
                coupling.crm.related[role] != nil || coupling.crm.related.count < InboxLimits.relatedRows
            else { continue }
            coupling.crm.related[role] = Coupling.Related(entity: entity, id: id)
        }
    }

    /// Why a row that was found by match cannot be the record's: another record has it; nil where it can.
    ///
    /// Who may have it is looked for among those with the same natural key in all companies, which share the target.
    func refusedRow(
        _ root: JSONValue,
        for coupling: Coupling,
        of change: Coupling.InFlight,
        _ active: ActiveMapping
    ) throws -> RecordError? {
        guard active.looksForRow(change), let id = root["recordId"]?.string.flatMap(NamedUUID.named),
            id != coupling.crm.id, let key = coupling.bc.key
        else { return nil }
        let own = coupling.pairKey.description
        for name in mappings(ofTable: coupling.crm.entity) {
            for pair in try tables.rivals(mapping: name, key: key) where pair != own {
                guard let (other, _) = try tables.load(pair), !other.isOver, other.crm.id == id else { continue }
                sink.leftAside(rowOf: coupling.pairKey, changeID: change.changeID)
                return .permanent("RowOfAnother", "the row that was found by match is that of record \(other.bc.id)")
            }
        }
        return nil
    }

    private func mappings(ofTable entitySet: String) -> [String] {
        mappings.values.map(\.mapping).filter { $0.dataverse.entitySet == entitySet }.map(\.name).sorted()
    }
}

extension ActiveMapping {
    /// Whether the delivery was to look for an existing row before it carried out the change.
    fileprivate func looksForRow(_ change: Coupling.InFlight) -> Bool {
        change.operation == .create && mapping.matchColumns.contains { change.values.keys.contains($0) }
    }
}

extension NamedUUID {
    /// The row that a text names, in lower case; nil where it is no UUID, or the one of all zeros.
    fileprivate static func named(_ text: String) -> String? {
        guard isUUID(text), text != ChangeEvent.blankID else { return nil }
        return text.lowercased()
    }
}
