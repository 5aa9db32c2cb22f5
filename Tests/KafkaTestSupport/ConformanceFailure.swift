// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// An expectation of the suite that a broker or client did not meet.
public struct ConformanceFailure: Error, CustomStringConvertible {
    /// What was expected, and what came.
    public let description: String

    /// Makes a failure of its description.
    public init(_ description: String) {
        self.description = description
    }
}

/// Fails unless both are the same.
func expect<Value: Equatable>(_ actual: Value, equals expected: Value, _ what: String) throws {
    if actual != expected { throw ConformanceFailure("\(what): expected \(expected), got \(actual)") }
}

/// Fails unless the claim holds.
func expect(_ claim: Bool, _ what: @autoclosure () -> String) throws {
    if !claim { throw ConformanceFailure(what()) }
}

/// Repeats the attempt until it gives a result; `attempt` itself has to wait for something.
public func waitUntil<Result>(
    within limit: Duration,
    _ what: String,
    _ attempt: () throws -> Result?
) throws -> Result {
    let deadline = ContinuousClock.now + limit
    repeat {
        if let result = try attempt() { return result }
    } while ContinuousClock.now < deadline
    throw ConformanceFailure("Waited \(limit) in vain: \(what)")
}
