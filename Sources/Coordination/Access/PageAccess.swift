// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

/// Who may see the page and the API, and who may act: decided by the headers of a request alone.
///
/// Health and metrics are open: they name no record, and orchestrators and Prometheus ask for them without credentials.
struct PageAccess: Sendable {
    /// Paths that need nothing.
    static let openPaths: Set<String> = ["/livez", "/readyz", "/metrics"]

    /// The server is reachable from this machine only.
    let isLoopback: Bool
    /// What readers give as the password of any name, or as a bearer token; nil: none is asked for.
    let token: String?
    /// What those who act give in a header of its own; nil: nobody may.
    let actionToken: String?

    /// The header of the token for acting: a page of another site cannot send it.
    static let actionHeader = "Sync-Action-Token"

    /// Why a request is not answered; nil where it is.
    func refusal(of request: HTTPRequest) -> HTTPResponse? {
        if Self.openPaths.contains(request.path) { return nil }
        guard let token else {
            guard isLoopback else {
                return .text(
                    "SYNC_HTTP is open to other machines: set SYNC_HTTP_TOKEN_FILE to show this\n",
                    status: 403
                )
            }
            // Else a page of another site could reach this one under a name of its own that leads here.
            guard Self.isLoopbackHost(request.header("Host") ?? "") else {
                return .text("ask for localhost, or set SYNC_HTTP_TOKEN_FILE\n", status: 403)
            }
            return nil
        }
        guard let given = Self.credential(request.header("Authorization") ?? ""), Self.isSame(given, token) else {
            var response = HTTPResponse.text("a token is needed: as a bearer token, or as the password of any name\n")
            response.status = 401
            response.headers.append(("WWW-Authenticate", #"Basic realm="synchronization", charset="UTF-8""#))
            return response
        }
        return nil
    }

    /// Why a request may not act; nil where it may.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - token: what a form gives as the token; nil: it stands in the header.
    /// - Returns: the answer to give instead.
    func refusalToAct(_ request: HTTPRequest, token: String? = nil) -> HTTPResponse? {
        guard let actionToken else {
            return .text("set SYNC_HTTP_ACTION_TOKEN_FILE to act from here, or use syncctl\n", status: 403)
        }
        if let site = request.header("Sec-Fetch-Site"), site != "same-origin", site != "none" {
            return .text("only this page itself may act\n", status: 403)
        }
        if let origin = request.header("Origin") {
            let host = origin.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last.map(
                String.init
            )
            guard host == request.header("Host") else { return .text("only this page itself may act\n", status: 403) }
        }
        guard let given = token ?? request.header(Self.actionHeader), Self.isSame(given, actionToken) else {
            return .text("the token for actions is wrong\n", status: 403)
        }
        return nil
    }

    /// The secret of an `Authorization` header: a bearer token, or the password behind any name.
    private static func credential(_ header: String) -> String? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        switch parts[0].lowercased() {
        case "bearer": return String(parts[1])
        case "basic":
            guard let data = Data(base64Encoded: String(parts[1])), let text = String(data: data, encoding: .utf8),
                let colon = text.firstIndex(of: ":")
            else { return nil }
            return String(text[text.index(after: colon)...])
        default: return nil
        }
    }

    /// Compares in a time that does not tell how much of the secret was right.
    private static func isSame(_ given: String, _ secret: String) -> Bool {
        let given = Array(given.utf8)
        let secret = Array(secret.utf8)
        guard !secret.isEmpty else { return false }
        var difference = given.count ^ secret.count
        for (index, byte) in given.enumerated() { difference |= Int(byte ^ secret[index % secret.count]) }
        return difference == 0
    }

    private static func isLoopbackHost(_ host: String) -> Bool {
        if host.hasPrefix("[::1]") { return true }
        let name = host.split(separator: ":", omittingEmptySubsequences: false).first.map { $0.lowercased() } ?? ""
        let numbers = name.split(separator: ".", omittingEmptySubsequences: false)
        let isAddress = numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
        return name == "localhost" || isAddress
    }
}
