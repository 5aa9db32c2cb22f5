// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension HTTPResponse {
    private static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

    /// The answer with the headers that keep everything foreign out of a page, and the page out of everything foreign.
    ///
    /// `referrer` says what other requests learn of the page's address.
    func guarded(referrer: String = "no-referrer") -> HTTPResponse {
        var response = self
        response.headers += [
            ("Content-Security-Policy", Self.policy), ("Referrer-Policy", referrer),
            ("Cross-Origin-Resource-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
        ]
        return response
    }
}
