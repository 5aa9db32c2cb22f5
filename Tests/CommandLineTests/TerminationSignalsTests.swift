// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation
import Testing

/// Sends this thread a signal, which has run its handler on return.
///
/// The threads that run tests block signals, so this one stops doing so first.
private func deliver(_ number: Int32) {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, number)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    raise(number)
}

@Suite struct TerminationSignalsTests {
    @Test(arguments: [SIGTERM, SIGINT]) func theFirstSignalIsAWish(number: Int32) async {
        await #expect(processExitsWith: .exitCode(7)) { [number] in
            TerminationSignals.install()
            guard !TerminationSignals.isRequested else { exit(1) }
            deliver(number)
            exit(TerminationSignals.isRequested ? 7 : 2)
        }
    }

    @Test func theSecondSignalEndsAtOnce() async {
        await #expect(processExitsWith: .exitCode(128 + SIGTERM)) {
            TerminationSignals.install()
            deliver(SIGINT)
            deliver(SIGTERM)
            exit(2)
        }
    }

    /// A reader that went away, and a file that reached the limit of its size, are errors of the write.
    @Test(arguments: [SIGPIPE, SIGXFSZ]) func aSignalOfAWriteEndsNothing(number: Int32) async {
        await #expect(processExitsWith: .exitCode(7)) { [number] in
            TerminationSignals.install()
            deliver(number)
            exit(TerminationSignals.isRequested ? 2 : 7)
        }
    }
}
