// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The W3C's trace context, which events carry in the header `traceparent`.
public enum TraceContext {
    /// The trace id of a `traceparent`; nil where it has none, since then it is somebody's text.
    public static func traceID(of traceparent: String?) -> String? {
        guard let parts = traceparent?.split(separator: "-", omittingEmptySubsequences: false), parts.count >= 4 else {
            return nil
        }
        let id = parts[1]
        guard id.utf8.count == 32, id.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
            return nil
        }
        return String(id)
    }
}
