// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation
import LocalStack
import Synchronization
import Testing

struct DemoTests {
    /// An output that takes one text and fails at the next.
    private final class ShortOutput: Sendable {
        private let texts = Mutex<[String]>([])

        var taken: [String] { texts.withLock { $0 } }

        var console: Console {
            Console(
                output: { text in self.texts.withLock { $0.append(text) } },
                errors: { _ in },
                outputFailure: { self.taken.count > 1 ? EPIPE : nil }
            )
        }
    }

    /// It ends, and with that removes its files, as soon as nobody sees it any more.
    @Test(.timeLimit(.minutes(2)))
    func theDemoEndsWithItsOutput() async throws {
        try await onOwnThread {
            let root = URL(fileURLWithPath: #filePath).appending(path: "../../..").standardized
            var options = Demo.Options()
            options.data = root.appending(path: "Examples/contoso").path
            let output = ShortOutput()
            let code = try Demo(options, console: output.console).run()
            #expect(code == 1)
            #expect(output.taken.count == 2, "the events and one line of progress: \(output.taken)")
        }
    }
}
