// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON

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
        guard let key else { return }
        let subject = String(decoding: key, as: UTF8.self)
        if subject == "gate/\(worker)" {
            isGateOpen = value.flatMap { try? document.parse($0) }?["open"]?.bool ?? true
            hasChanged = true
        } else if subject.hasPrefix("hold/") {
            let mapping = String(subject.dropFirst(5))
            if value == nil { held.remove(mapping) } else { held.insert(mapping) }
            hasChanged = true
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
