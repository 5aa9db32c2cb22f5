// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import DataverseSimulator
public import JSON
import Foundation
import Synchronization

/// The strict stand-in, which answers a change that it has seen before with the same answer and no effect.
///
/// A delivery that was cut off repeats what it had not committed; a real one tells the repetition by the change's id.
public final class RepeatedTarget: Sendable {
    private struct State {
        // Used on one thread at a time, behind the mutex.
        nonisolated(unsafe) var simulator: DataverseSimulator
        /// By the change's id; nil where it is held back.
        var answers: [String: [UInt8]?] = [:]
        var repeated = 0
    }

    private let state: Mutex<State>
    private let progress = DispatchSemaphore(value: 0)

    /// Makes an organization whose base currency has this code.
    ///
    /// A lenient one holds back what refers to missing rows, as a sink that reports nothing has to.
    public init(baseCurrency: String, isStrict: Bool = true) {
        state = Mutex(State(simulator: DataverseSimulator(baseCurrency: baseCurrency, isStrict: isStrict)))
    }

    /// Applies a change and answers with its result, both as JSON; nil where it is no outbound change, or is held back.
    public func apply(_ change: JSONValue) -> [UInt8]? {
        state.withLock { state in
            let id = change["changeId"]?.string ?? ""
            if let answer = state.answers[id] {
                state.repeated += 1
                return answer
            }
            let result: DeliveryResult?
            do {
                result = try state.simulator.apply(change)
            } catch {
                return nil
            }
            let answer = result.map { result in
                var writer = JSONWriter()
                result.write(to: &writer)
                return writer.bytes
            }
            state.answers[id] = .some(answer)
            progress.signal()
            return answer
        }
    }

    /// Waits for the next change unless so many were answered already.
    ///
    /// - Returns: whether so many were answered.
    public func waitFor(count wanted: Int, timeoutMs: Int) -> Bool {
        if count >= wanted { return true }
        _ = progress.wait(timeout: .now() + .milliseconds(timeoutMs))
        return count >= wanted
    }

    /// How many changes came again.
    public var repeated: Int { state.withLock { $0.repeated } }

    /// How many changes were answered or are held back.
    public var count: Int { state.withLock { $0.answers.count } }

    /// What was refused.
    public var refusals: [Refusal] { state.withLock { $0.simulator.refusals } }

    /// The rows of an entity set by id, each with its columns as text.
    public func rows(_ entitySet: String) -> [String: [String: String]] {
        state.withLock { $0.simulator.rows(entitySet).mapValues(\.columns) }
    }
}
