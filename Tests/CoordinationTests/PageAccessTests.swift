// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry
import Testing

@testable import Coordination

@Suite("Access to page and API")
struct PageAccessTests {
    private func get(_ path: String = "/", _ headers: [(String, String)]) -> HTTPRequest {
        HTTPRequest(path: path, headers: headers.map { (name: $0.0, value: $0.1) })
    }

    private func basic(_ text: String) -> (String, String) {
        ("Authorization", "Basic \(Data(text.utf8).base64EncodedString())")
    }

    @Test(
        "on loopback without a token is for those who ask for loopback",
        arguments: [
            ("localhost:8080", true), ("127.0.0.1:8080", true), ("LOCALHOST", true), ("[::1]:8080", true),
            ("127.8.9.1", true), ("sync.example.com", false), ("127.0.0.1.example.com", false),
            ("localhost.example.com:80", false), ("", false), ("127.1", false), ("127.0.0.x", false),
        ]
    )
    func loopback(host: String, isAnswered: Bool) {
        let access = PageAccess(isLoopback: true, token: nil, actionToken: nil)
        #expect((access.refusal(of: get("/api/waiting", [("Host", host)])) == nil) == isAnswered)
    }

    @Test("elsewhere without a token is refused, but for health and metrics")
    func elsewhere() {
        let access = PageAccess(isLoopback: false, token: nil, actionToken: nil)
        for path in ["/", "/page/main", "/api/lag", "/api/events"] {
            #expect(access.refusal(of: get(path, [("Host", "localhost")]))?.status == 403, "\(path)")
        }
        for path in ["/livez", "/readyz", "/metrics"] { #expect(access.refusal(of: get(path, [])) == nil) }
    }

    @Test("with a token needs it, on loopback too")
    func token() {
        let access = PageAccess(isLoopback: true, token: "geheim:ß", actionToken: nil)
        for header in [("authorization", "Bearer geheim:ß"), basic("anyone:geheim:ß"), basic(":geheim:ß")] {
            #expect(access.refusal(of: get("/", [header])) == nil)
        }
        let wrong = [
            ("Authorization", "Bearer geheim"), ("Authorization", "Bearer geheim:ßß"), ("Authorization", "Bearer "),
            ("Authorization", "geheim:ß"), basic("geheim:ß"), basic("a:"), basic("a:geheim:ß "),
            ("Authorization", "Basic ***"), ("X", "geheim:ß"),
        ]
        for header in wrong {
            let refusal = access.refusal(of: get("/", [header, ("Host", "localhost")]))
            #expect(refusal?.status == 401, "\(header)")
            #expect(refusal?.headers.contains { $0.name == "WWW-Authenticate" } == true)
        }
        #expect(PageAccess(isLoopback: false, token: "", actionToken: "").refusal(of: get("/", [basic("a:")])) != nil)
    }

    @Test("acting needs a token of its own and a request of the page itself")
    func acting() {
        let own = [("Host", "h:1"), ("Origin", "http://h:1"), ("Sec-Fetch-Site", "same-origin")]
        let token = (PageAccess.actionHeader, "tun")
        let access = PageAccess(isLoopback: true, token: "sehen", actionToken: "tun")
        #expect(access.refusalToAct(get("/", own + [token])) == nil)
        // From a command line, which sends neither.
        #expect(access.refusalToAct(get("/", [token])) == nil)
        let refused = [
            own, own + [(PageAccess.actionHeader, "sehen")],
            [("Host", "h:1"), ("Origin", "http://evil:1"), token], [("Host", "h:1"), ("Origin", "null"), token],
            [("Host", "h:1"), ("Sec-Fetch-Site", "cross-site"), token],
            [("Host", "h:1"), ("Sec-Fetch-Site", "same-site"), token],
        ]
        for headers in refused { #expect(access.refusalToAct(get("/", headers))?.status == 403, "\(headers)") }
        let nobody = PageAccess(isLoopback: true, token: nil, actionToken: nil)
        #expect(nobody.refusalToAct(get("/", own + [token]))?.status == 403)
    }

    @Test("knows which addresses other machines reach")
    func addresses() {
        for address in ["127.0.0.1:0", "localhost:80", "[::1]:80", "127.3.4.5:80"] {
            #expect(HTTPServer.isLoopback(address), "\(address)")
        }
        for address in ["0.0.0.0:80", ":80", "[::]:80", "10.0.0.1:80", "127.example.com:80", "host:80", "none"] {
            #expect(!HTTPServer.isLoopback(address), "\(address)")
        }
    }
}
