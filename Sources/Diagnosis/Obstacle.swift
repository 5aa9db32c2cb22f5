// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What keeps a worker from going on with a mapping's records, whatever they are.
package struct Obstacle: Sendable, Hashable {
    /// What it is.
    package enum Kind: String, Sendable, Hashable {
        /// No instance of the worker runs.
        case workerStopped = "worker-stopped"
        /// An operator holds the mapping, or another one that is fed by the same topic.
        case held
        /// The worker's gate is closed.
        case gateClosed = "gate-closed"
    }

    /// What it is.
    package let kind: Kind
    /// The worker.
    package let worker: String
    /// What is known besides, in words.
    package let detail: String?

    /// Makes an obstacle.
    package init(_ kind: Kind, worker: String, detail: String? = nil) {
        self.kind = kind
        self.worker = worker
        self.detail = detail
    }

    /// What readers are told.
    package var words: String {
        switch kind {
        case .workerStopped: "\(worker) does not run"
        case .held: "\(worker) does not read it: \(detail ?? "it is held")"
        case .gateClosed: "\(worker) does not read it: \(detail ?? "its gate is closed")"
        }
    }
}
