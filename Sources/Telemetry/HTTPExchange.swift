// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A request while its body arrives; lives from the first callback for it to the last, on one thread.
final class HTTPExchange {
    private(set) var body: [UInt8] = []
    private(set) var received = 0
    let limit: Int

    init(limit: Int) { self.limit = limit }

    /// True when more than the limit has arrived; the rest is not kept.
    var isTooLarge: Bool { received > limit }

    func append(_ bytes: UnsafeRawBufferPointer) {
        received += bytes.count
        if isTooLarge {
            body = []
        } else {
            body.append(contentsOf: bytes)
        }
    }
}
