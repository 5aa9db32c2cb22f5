// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// SIGTERM and SIGINT as a wish that long-running work looks at.
public enum TerminationSignals {
    private static let requested = Atomic<Bool>(false)
    /// How long a process may take to end, in seconds; operators are promised 20.
    private static let patience: UInt32 = 19
    private static let impatient: StaticString =
        "ending without Kafka's answer after 19 s; what is not committed is done again\n"

    /// Takes over SIGTERM and SIGINT, and ignores SIGPIPE and SIGXFSZ, so that a reader that went away and a file that
    /// may not grow are errors of their writes.
    ///
    /// The first signal sets `isRequested`; a second one ends the process at once. What has not ended after 19 seconds is
    /// ended: some of librdkafka's calls wait for a broker that is away beyond any time-out, and what is lost so is no more
    /// than what a crash loses.
    public static func install() {
        // Made here, since a signal handler must not be the one that initializes it.
        _ = requested.load(ordering: .sequentiallyConsistent)
        for number in [SIGTERM, SIGINT] {
            signal(number) { number in
                if TerminationSignals.requested.exchange(true, ordering: .sequentiallyConsistent) {
                    _exit(128 + number)
                }
                alarm(TerminationSignals.patience)
            }
        }
        // Only what may be called in a signal handler.
        _ = impatient.utf8CodeUnitCount
        signal(SIGALRM) { _ in
            write(2, TerminationSignals.impatient.utf8Start, TerminationSignals.impatient.utf8CodeUnitCount)
            _exit(0)
        }
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        // Whoever started the process may have had them blocked, which is inherited.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGALRM)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// True once the process was asked to end.
    public static var isRequested: Bool {
        requested.load(ordering: .sequentiallyConsistent)
    }

    /// Asks the process to end, as a signal would.
    public static func request() {
        requested.store(true, ordering: .sequentiallyConsistent)
    }
}
