// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Inspection
import JSON
import Telemetry

/// Retries, skips, restores and replays from the page: asked once, then handed to the clerk.
extension RecordRoutes {
    func addActions(to server: HTTPServer) {
        server.route("GET", "/act") { ask($0) }
        server.route("POST", "/act") { act($0) }
        server.route("POST", "/api/commands") { command($0) }
        server.route("GET", "/api/commands/*") { outcome($0) }
    }

    /// Asks whether to do it; or shows what became of it.
    func ask(_ request: HTTPRequest) -> HTTPResponse {
        if let number = request.query("job").flatMap({ Int($0) }) { return show(number) }
        let action = RecordAction(request.query("do"), pairKey: request.query("pair"), place: request.query("place"))
        guard let action else { return Self.noAction }
        guard access.actionToken != nil else {
            let words = "Set SYNC_HTTP_ACTION_TOKEN_FILE to act from here, or use syncctl."
            return answer(title: "Not allowed", ActionPage(action).html(notice: words), status: 403)
        }
        return answer(title: ActionPage(action).title, ActionPage(action).question())
    }

    /// Does it, for a form with the token; the answer leads on, so that loading it again does nothing again.
    func act(_ request: HTTPRequest) -> HTTPResponse {
        guard let form = FormFields(request.body),
            let action = RecordAction(form["do"], pairKey: form["pair"], place: form["place"])
        else { return Self.noAction }
        if let refusal = refused(request, token: form["token"]) {
            let words = String(decoding: refusal.body, as: UTF8.self)
            return answer(title: "Not done", ActionPage(action).question(refusal: words), status: refusal.status)
        }
        guard let number = desk.give(action) else {
            let words = "Too much is on its way already."
            return answer(title: "Not done", ActionPage(action).question(refusal: words), status: 503)
        }
        var response = HTTPResponse.text("accepted\n", status: 303)
        response.headers.append(("Location", "/act?job=\(number)"))
        return response
    }

    private func show(_ number: Int) -> HTTPResponse {
        guard let (action, state) = desk.action(number) else {
            return answer(title: "Not known", ActionPage.forgotten(number), status: 404)
        }
        let page = ActionPage(action)
        switch state {
        case .underWay:
            return answer(title: page.title, page.html(notice: "On its way …"), status: 202, refreshSeconds: 1)
        case .done(let words):
            return answer(title: page.title, page.html(notice: "Done: \(words).", leadsBack: true, nowMs: clock()))
        case .refused(let words):
            return answer(title: page.title, page.html(notice: "Not done: \(words).", leadsBack: true, nowMs: clock()))
        }
    }

    /// Takes a command of a program: JSON, with the token in its header.
    func command(_ request: HTTPRequest) -> HTTPResponse {
        if let refusal = refused(request, token: nil) { return refusal }
        let document = JSONDocument(maximumBytes: FormFields.bodyLimit, maximumDepth: 4)
        guard let root = try? document.parse(request.body), root.kind == .object,
            let action = RecordAction(
                root["command"]?.string,
                pairKey: root["pairKey"]?.string,
                place: root["place"]?.string
            )
        else { return Self.noAction }
        guard let number = desk.give(action) else {
            return Self.later(.text("too much is on its way already\n", status: 503))
        }
        var response = Self.later(.text("accepted\n", status: 202))
        response.headers.append(("Location", "/api/commands/\(number)"))
        return response
    }

    /// What became of a command.
    func outcome(_ request: HTTPRequest) -> HTTPResponse {
        guard let number = Int(request.remainder), let (action, state) = desk.action(number) else {
            return .text("that command is not remembered\n", status: 404)
        }
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("command", action.word)
            writer.member("subject", action.subject)
            switch state {
            case .underWay: writer.member("state", "under-way")
            case .done(let words):
                writer.member("state", "done")
                writer.member("text", words)
            case .refused(let words):
                writer.member("state", "refused")
                writer.member("text", words)
            }
        }
        return .json(writer.bytes + [UInt8(ascii: "\n")])
    }

    private func refused(_ request: HTTPRequest, token: String?) -> HTTPResponse? {
        guard let refusal = access.refusalToAct(request, token: token) else { return nil }
        log.warning("action refused", [("audit", .string("refused")), ("http.method", .string(request.method))])
        return refusal
    }

    private static let noAction = HTTPResponse.text(
        "a command is retry, skip or restore with a pair key, or replay with the place of a dead letter\n",
        status: 400
    )
}
