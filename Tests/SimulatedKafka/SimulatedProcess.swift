// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import Kafka

/// The process to which clients belong: they die and pause together.
public final class SimulatedProcess {
    /// Its name in traces.
    public let name: String
    /// Whether it is over; its clients then do nothing any more.
    public private(set) var isDead = false
    /// Since when it sends no heartbeats; nil while it does.
    public private(set) var silentSince: Int64?
    /// Calls that its clients have made.
    public private(set) var calls = 0
    unowned let cluster: SimulatedCluster

    init(_ name: String, of cluster: SimulatedCluster) {
        self.name = name
        self.cluster = cluster
    }

    /// Ends it without a word: what it had not sent is gone, what it had open stays open.
    public func kill() {
        isDead = true
        silence()
    }

    /// Stops its heartbeats, as if it got no processor.
    public func silence() { silentSince = silentSince ?? cluster.now }

    /// Lets it run on, not knowing that it was away.
    public func wake() {
        if !isDead { silentSince = nil }
    }

    /// Begins a call: others may run first, and then it may be this process's last.
    func begin(_ operation: String) throws -> SimulatedOutcome {
        if isDead { throw ProcessEnded() }
        calls += 1
        let outcome = try cluster.course.begin(operation, of: self)
        if isDead { throw ProcessEnded() }
        cluster.tick()
        return outcome
    }

    /// Makes a call whose answer may be lost, with its effect or without.
    func call<Result>(_ operation: String, _ body: () throws -> Result) throws -> Result {
        let outcome = try begin(operation)
        // A request and its answer take their time.
        cluster.advance(1)
        switch outcome {
        case .answered: return try body()
        case .lost: break
        case .lostAnswer: _ = try body()
        }
        throw KafkaError(code: KafkaCode.timedOut, operation: operation)
    }
}

/// Thrown out of every call of a process that has ended.
public struct ProcessEnded: Error {
    /// Makes it.
    public init() {}
}

/// What becomes of a call.
public enum SimulatedOutcome: Sendable {
    /// It is answered.
    case answered
    /// It never arrives, and the caller is told that nobody knows.
    case lost
    /// It has its effect, and the caller is told that nobody knows.
    case lostAnswer
}

/// Decides what a cluster leaves open: who runs when, what is lost, and in which order things arrive.
public protocol SimulatedCourse: AnyObject {
    /// Called before each call of a client; others may run inside. May end the process by ``SimulatedProcess/kill()``.
    func begin(_ operation: String, of process: SimulatedProcess) throws -> SimulatedOutcome
    /// A number from 0 to below `count`.
    func choose(_ count: Int) -> Int
    /// Whether a consumer has fetched what is there for it.
    func hasFetched() -> Bool
    /// Whether a member has heard of what became of its group: a paused one goes on until its heartbeat is answered.
    func hasHeard() -> Bool
    /// Whether the order that starts an assigned partition is lost: it gives nothing until it is assigned anew.
    func losesStart(of partition: TopicPartition) -> Bool
}

extension SimulatedCourse {
    /// At once.
    public func hasFetched() -> Bool { true }
    /// At once.
    public func hasHeard() -> Bool { true }
    /// Never.
    public func losesStart(of partition: TopicPartition) -> Bool { false }
}

/// Everything in order, nothing lost.
public final class CalmCourse: SimulatedCourse {
    /// Makes it.
    public init() {}
    /// Every call is answered.
    public func begin(_ operation: String, of process: SimulatedProcess) -> SimulatedOutcome { .answered }
    /// Always the first.
    public func choose(_ count: Int) -> Int { 0 }
}

/// The codes of Kafka's and librdkafka's errors that the simulation gives.
enum KafkaCode {
    static let unknownTopicOrPartition: Int32 = 3
    static let messageTooLarge: Int32 = 10
    static let illegalGeneration: Int32 = 22
    static let unknownMember: Int32 = 25
    static let fencedInstance: Int32 = 82
    static let producerFenced: Int32 = 90
    static let timedOut: Int32 = -185
    static let transport: Int32 = -195
    static let unknownGroup: Int32 = -179
    static let unknownPartition: Int32 = -190
    static let state: Int32 = -172
    static let destroyed: Int32 = -197
    static let offsetReset: Int32 = -140
    static let application: Int32 = -143
    static let invalidArgument: Int32 = -186
}
