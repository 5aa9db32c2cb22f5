// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Coordination

struct CoordinatorViewTests {
    /// A coordinator has a round each second for as long as it lives.
    @Test func tellingOfARoundNeedsNoMoreStackWithEachRound() async {
        await #expect(processExitsWith: .success) {
            await withCheckedContinuation { continuation in
                let thread = Thread {
                    let view = CoordinatorView()
                    view.afterRound {}
                    for _ in 0..<10_000 { view.endRound() }
                    continuation.resume()
                }
                thread.stackSize = 256 << 10
                thread.start()
            }
        }
    }
}
