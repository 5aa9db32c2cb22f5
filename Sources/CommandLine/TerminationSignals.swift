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

    /// Takes over SIGTERM and SIGINT, and ignores SIGPIPE, so that a reader that went away is an error of its write.
    ///
    /// The first signal sets `isRequested`; a second one ends the process at once.
    public static func install() {
        // Made here, since a signal handler must not be the one that initializes it.
        _ = requested.load(ordering: .sequentiallyConsistent)
        for number in [SIGTERM, SIGINT] {
            signal(number) { number in
                if TerminationSignals.requested.exchange(true, ordering: .sequentiallyConsistent) {
                    _exit(128 + number)
                }
            }
        }
        signal(SIGPIPE, SIG_IGN)
        // A parent that blocked them has blocked them for its children too, and nothing would ever arrive.
        var ours = sigset_t()
        sigemptyset(&ours)
        sigaddset(&ours, SIGTERM)
        sigaddset(&ours, SIGINT)
        pthread_sigmask(SIG_UNBLOCK, &ours, nil)
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
