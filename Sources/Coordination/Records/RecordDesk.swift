// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import Dispatch
import Inspection
import Synchronization

/// Where searches and actions are handed in and their outcomes lie, between the threads of HTTP and the clerk's own.
///
/// One thing is done at a time, since a search reads as fast as Kafka gives; a few wait, the others are told to come again.
final class RecordDesk: Sendable {
    /// Searches and actions that wait.
    static let queueLimit = 8
    /// Outcomes that are kept, of each kind.
    static let outcomeLimit = 8

    enum Job: Sendable, Hashable {
        case search(PairQuery)
        case action(Int, RecordAction)
    }

    /// How a search stands.
    enum SearchState: Sendable {
        /// So many percent of what is being read.
        case underWay(percent: Int)
        case done(RecordReport)
        case failed(String)
        /// Too many wait.
        case busy
    }

    /// How an action stands.
    enum ActionState: Sendable, Equatable {
        case underWay
        /// What was done, in words.
        case done(String)
        /// Why not.
        case refused(String)
    }

    private struct Outcome {
        let query: PairQuery
        let beganMs: Int64
        let endedMs: Int64
        let result: Result<RecordReport, InspectionError>
    }

    private struct State {
        var queue: [Job] = []
        var running: Job?
        var percent = 0
        var outcomes: [Outcome] = []
        var actions: [(number: Int, action: RecordAction, state: ActionState)] = []
        var lastAction = 0
    }

    /// The records that are looked at; each search begins a watch, so that nothing is missed after it.
    let watches: RecordWatches
    private let state: Mutex<State>
    private let hasJob = DispatchSemaphore(value: 0)

    /// Makes a desk with nothing on it.
    ///
    /// Its actions are numbered from behind `lastAction`: one that another coordinator at the same address had taken must
    /// not be told of as one of this desk.
    init(watches: RecordWatches = RecordWatches(), lastAction: Int = 0) {
        self.watches = watches
        state = Mutex(State(lastAction: lastAction))
    }

    /// The report on a query; begins a search where there is none.
    ///
    /// It was begun at `beganMs` or later, so that it shows what was done before, and ended at `endedMs` or later: a search
    /// may take longer than what it finds stays fresh.
    func search(_ query: PairQuery, beganMs: Int64, endedMs: Int64) -> SearchState {
        let answer = state.withLock { state -> (SearchState, isNew: Bool) in
            let known = state.outcomes.last {
                $0.query == query && $0.beganMs >= beganMs && $0.endedMs >= endedMs
            }
            if let known {
                switch known.result {
                case .success(let report): return (.done(report), false)
                case .failure(let error): return (.failed(error.description), false)
                }
            }
            if state.running == .search(query) { return (.underWay(percent: state.percent), false) }
            if state.queue.contains(.search(query)) { return (.underWay(percent: 0), false) }
            guard state.queue.count < Self.queueLimit else { return (.busy, false) }
            state.queue.append(.search(query))
            return (.underWay(percent: 0), true)
        }
        if answer.isNew {
            watches.expect(query)
            hasJob.signal()
        }
        return answer.0
    }

    /// Takes an action; its number, or nil where too many wait.
    func give(_ action: RecordAction) -> Int? {
        let number = state.withLock { state -> Int? in
            guard state.queue.count < Self.queueLimit else { return nil }
            state.lastAction += 1
            state.queue.append(.action(state.lastAction, action))
            state.actions.append((state.lastAction, action, .underWay))
            if state.actions.count > Self.queueLimit + Self.outcomeLimit { state.actions.removeFirst() }
            return state.lastAction
        }
        if number != nil { hasJob.signal() }
        return number
    }

    /// How an action stands; nil where it is not remembered.
    func action(_ number: Int) -> (action: RecordAction, state: ActionState)? {
        state.withLock { state in
            state.actions.last { $0.number == number }.map { ($0.action, $0.state) }
        }
    }

    // MARK: The clerk's side

    /// The next job; nil where none came in that time.
    func take(timeoutMs: Int) -> Job? {
        guard hasJob.wait(timeout: .now() + .milliseconds(timeoutMs)) == .success else { return nil }
        return state.withLock { state in
            state.running = state.queue.isEmpty ? nil : state.queue.removeFirst()
            state.percent = 0
            return state.running
        }
    }

    /// Tells how far the search under way has come.
    func tell(percent: Int) {
        state.withLock { $0.percent = percent }
    }

    /// Lays down what a search has brought that took that time, in milliseconds since 1970.
    func finish(_ query: PairQuery, _ time: ClosedRange<Int64>, _ result: Result<RecordReport, InspectionError>) {
        state.withLock { state in
            state.running = nil
            state.outcomes.removeAll { $0.query == query }
            state.outcomes.append(
                Outcome(query: query, beganMs: time.lowerBound, endedMs: time.upperBound, result: result)
            )
            if state.outcomes.count > Self.outcomeLimit { state.outcomes.removeFirst() }
        }
        if case .success(let report) = result { watches.take(report) }
    }

    /// Lays down what became of an action.
    func finish(_ number: Int, _ outcome: ActionState) {
        state.withLock { state in
            state.running = nil
            guard let index = state.actions.firstIndex(where: { $0.number == number }) else { return }
            state.actions[index].state = outcome
        }
    }
}
