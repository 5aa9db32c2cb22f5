// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// Coupling records, from the changelog as JSON and from the local state in binary form: each is the same in the other.
final class CouplingTarget: FuzzTarget {
    private let document = JSONDocument(maximumDepth: Coupling.maximumDepth)
    private let again = JSONDocument(maximumBytes: 16 << 20, maximumDepth: Coupling.maximumDepth)

    init() {}

    func take(_ input: UnsafeRawBufferPointer) throws {
        if input.first == UInt8(ascii: "{") {
            guard let root = try? document.parse(input), let coupling = try? Coupling(root) else { return }
            try look(at: coupling)
        } else {
            // A pair key for the local state, then its record.
            let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return }
            let record = UnsafeRawBufferPointer(rebasing: parts[1])
            let text = String(decoding: parts[0], as: UTF8.self)
            let head = try? CouplingHead(record)
            guard let coupling = try? Coupling.read(record, pairKey: text) else { return }
            expect(coupling.pairKey.description == text, "the pair's key changes")
            expect(head?.revision == coupling.revision && head?.state == coupling.state, "the head says something else")
            expect(head?.isWaiting == (coupling.waiting != nil), "the head says something else of waiting")
        }
    }

    private func look(at coupling: Coupling) throws {
        expect(
            coupling.pairKey.description == "\(coupling.mapping)/\(coupling.company)/\(coupling.id)",
            "another pair key"
        )
        var writer = JSONWriter()
        coupling.write(to: &writer)
        let copy = try writer.withBytes { try Coupling(try again.parse($0)) }
        expect(copy == coupling, "not the same when it was written again")
        var binary = BinaryWriter()
        coupling.writeBinary(to: &binary)
        let stored = try binary.withBytes { try Coupling.read($0, pairKey: coupling.pairKey.description) }
        expect(stored == coupling, "not the same in the local state")
        let head = try binary.withBytes { bytes in
            let head = try CouplingHead(bytes)
            return (revision: head.revision, exists: head.exists, id: String(decoding: head.id, as: UTF8.self))
        }
        expect(head.revision == coupling.revision && head.exists == coupling.exists, "the head says something else")
        expect(Array(head.id.utf8) == Array(coupling.crm.id.utf8), "the head names another row")
    }
}
