// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// Who looks at a worker and the coordinator while a run lasts: at their memory, and once a second at their endpoints.
final class EndpointWatch: Sendable {
    /// What was seen.
    struct Seen {
        /// How long answers took, in milliseconds, by what was asked.
        var latencies: [String: [Double]] = [:]
        /// Questions without a good answer, by what was asked.
        var failures: [String: Int] = [:]
        /// The most memory that is no file's, in bytes.
        var workerBytes = 0
        var coordinatorBytes = 0
    }

    /// What is asked of the worker, then of the coordinator.
    static let questions = ["/livez", "/readyz", "/metrics", "page"]

    private struct State {
        var seen = Seen()
        var isOver = false
    }

    private let state = Mutex(State())
    private let ended = DispatchSemaphore(value: 0)

    /// Begins; where it does not ask, it only looks at the memory.
    init(asks: Bool, worker: Int32, _ workerPort: EndpointClient, coordinator: Int32, _ coordinatorPort: EndpointClient)
    {
        let thread = Thread { [self] in
            var due = ContinuousClock.now
            while !state.withLock({ $0.isOver }) {
                look(worker, coordinator)
                if asks, ContinuousClock.now >= due {
                    due += .seconds(1)
                    for question in Self.questions {
                        let client = question == "page" ? coordinatorPort : workerPort
                        note(question, client.ask(question == "page" ? "/" : question))
                    }
                }
                Thread.sleep(forTimeInterval: 0.05)
            }
            ended.signal()
        }
        thread.start()
    }

    /// Ends, and gives what was seen.
    func end() -> Seen {
        state.withLock { $0.isOver = true }
        ended.wait()
        return state.withLock { $0.seen }
    }

    private func look(_ worker: Int32, _ coordinator: Int32) {
        let bytes = [worker, coordinator].map { ProcessFigures($0).anonymousBytes }
        state.withLock { state in
            state.seen.workerBytes = max(state.seen.workerBytes, bytes[0])
            state.seen.coordinatorBytes = max(state.seen.coordinatorBytes, bytes[1])
        }
    }

    private func note(_ question: String, _ milliseconds: Double?) {
        state.withLock { state in
            if let milliseconds {
                state.seen.latencies[question, default: []].append(milliseconds)
            } else {
                state.seen.failures[question, default: 0] += 1
            }
        }
    }
}
