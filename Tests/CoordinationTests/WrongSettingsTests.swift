// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Coordination
import Synchronization
import Testing

/// What is wrong with the coordinator's settings.
struct WrongSettingsTests {
    @Test func isReportedAtOnceBeforeAnyConnection() {
        let errors = Mutex("")
        let console = Console { _ in
        } errors: { text in
            errors.withLock { $0 += text }
        }
        let status = CoordinatorCommand.make().run(
            arguments: [],
            console: console,
            environment: [
                "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "KAFKA_SESSION_TIMEOUT_MS": "soon",
                "SYNC_DELIVERY": "perhaps",
                "SYNC_MAPPINGS_DIR": "/nonexistent/mappings",
            ]
        )
        #expect(status == 2)
        let lines = errors.withLock { $0 }.split(separator: "\n")
        for name in ["SYNC_DELIVERY", "KAFKA_SESSION_TIMEOUT_MS", "SYNC_MAPPINGS_DIR"] {
            #expect(lines.count { $0.hasPrefix("coordinator: \(name): ") } == 1, "\(lines)")
        }
        #expect(lines.count == 3, "\(lines)")
    }
}
