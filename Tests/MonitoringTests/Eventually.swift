// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Asks again and again, since nothing tells of a change over HTTP, until there is an answer.
func eventually<Answer>(
    _ what: @autoclosure () -> String,
    within limit: Duration = .seconds(60),
    _ attempt: () async throws -> Answer?
) async throws -> Answer {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if let answer = try await attempt() { return answer }
        try await Task.sleep(for: .milliseconds(100))
    }
    throw MonitoringFailure(description: "waited \(limit) in vain: \(what())")
}
