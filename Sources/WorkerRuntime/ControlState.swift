// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

/// What `sync.control` last said: the coordinator of the worker's gate, operators of holds; without, everything is open.
final class ControlState {
    private let worker: String
    private let document = JSONDocument(maximumBytes: 1 << 20, maximumDepth: 16)
    private var isGateOpen = true
    private var held: Set<String> = []
    /// Something changed since it was last looked at.
    private(set) var hasChanged = false

    init(worker: String) {
        self.worker = worker
    }

    /// Takes a record of `sync.control`.
    func take(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) {
        switch ControlRecord(key: key, value: value, using: document) {
        case .gate(worker, let gate):
            isGateOpen = gate?.isOpen ?? true
            hasChanged = true
        case .hold(let mapping, let hold):
            if hold == nil { held.remove(mapping) } else { held.insert(mapping) }
            hasChanged = true
        case .gate, nil:
            break
        }
    }

    /// Marks the present state as looked at.
    func acknowledge() { hasChanged = false }

    /// Whether the topics that feed these mappings are to be read.
    func isOpen(for mappings: [String]) -> Bool {
        isGateOpen && !mappings.contains { held.contains($0) }
    }

    /// Whether the worker's gate is open.
    var isOpen: Bool { isGateOpen }
}
