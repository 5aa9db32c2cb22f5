// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Whether the process does its work, and if not, why: what `/readyz` answers.
public final class Health: Sendable {
    private let state: Mutex<[String: String]>

    /// Makes a health record.
    ///
    /// - Parameter reasons: why the process is not ready yet, by part (`["kafka": "not connected yet"]`).
    public init(reasons: [String: String] = [:]) {
        state = Mutex(reasons)
    }

    /// Says that a part is not ready and why, or with nil that it is.
    public func set(reason: String?, for part: String) {
        state.withLock { $0[part] = reason }
    }

    /// True when no part has a reason not to be ready.
    package var isReady: Bool { state.withLock { $0.isEmpty } }

    /// Why the process is not ready, by part; empty when it is.
    public var reasons: [String: String] { state.withLock { $0 } }

    /// Reasons as the JSON that `/readyz` shows.
    static func json(_ reasons: [String: String]) -> [UInt8] {
        var bytes = Array("{\"ready\":\(reasons.isEmpty),\"reasons\":{".utf8)
        for (index, (part, reason)) in reasons.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            JSONText.append(part, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            JSONText.append(reason, to: &bytes)
        }
        bytes.append(contentsOf: "}}\n".utf8)
        return bytes
    }
}
