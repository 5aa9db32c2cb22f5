// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DiagnosisTestSupport
import Inspection
import JSON
import Kafka
import SyncModel
import Telemetry
import Testing

@testable import Coordination

@Suite("Searches and commands of the page", .serialized, .timeLimit(.minutes(3)))
struct RecordRoutesTests {
    /// The routes and the clerk, who works when it is told to.
    private final class Scene {
        let test: TestBroker
        let view = CoordinatorView()
        let routes: RecordRoutes
        private let clerk: RecordClerk

        convenience init() throws {
            let test = try TestBroker()
            try test.broker.createTopic("\(TestBroker.prefix)sync.dead-letters", partitions: 1)
            self.init(test, lastAction: 0)
        }

        init(_ test: TestBroker, lastAction: Int) {
            self.test = test
            let desk = RecordDesk(lastAction: lastAction)
            let log = Log(level: .error)
            routes = RecordRoutes(
                test.configuration,
                view: view,
                desk: desk,
                access: PageAccess(isLoopback: true, token: nil, actionToken: "tun"),
                log: log,
                clock: Telemetry.Timestamp.now
            )
            clerk = RecordClerk(test.configuration, view: view, desk: desk, log: log, clock: Telemetry.Timestamp.now)
        }

        /// Lets the clerk do one thing, or look for dead letters where there is nothing to do.
        func work() {
            var rounds = 0
            clerk.run {
                rounds += 1
                return rounds > 1
            }
        }

        func put(_ coupling: Coupling, of worker: String, partition: Int32) throws {
            var writer = JSONWriter()
            coupling.write(to: &writer)
            let topic = test.configuration.couplingsTopic(of: worker)
            let value = String(decoding: writer.bytes, as: UTF8.self)
            try test.put(coupling.pairKey.description, value, in: topic, partition: partition)
        }

        func page(_ text: String) -> HTTPResponse {
            routes.page(HTTPRequest(path: "/records", query: [("q", text)]))
        }

        func api(_ query: (name: String, value: String)...) -> HTTPResponse {
            routes.report(HTTPRequest(path: "/api/records", query: query))
        }

        func form(_ body: String, headers: [(name: String, value: String)] = []) -> HTTPResponse {
            routes.act(HTTPRequest(method: "POST", path: "/act", headers: headers, body: Array(body.utf8)))
        }

        func command(_ body: String, token: String = "tun") -> HTTPResponse {
            let headers = [(name: PageAccess.actionHeader, value: token)]
            return routes.command(
                HTTPRequest(method: "POST", path: "/api/commands", headers: headers, body: Array(body.utf8))
            )
        }
    }

    private func text(_ response: HTTPResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    private func header(_ response: HTTPResponse, _ name: String) -> String? {
        response.headers.first { $0.name == name }?.value
    }

    private static let pairKey = "PRODUCT/CRONUS/\(Pairs.id(1))"
    private static let error = RecordError.permanent("FieldTooLong", "too long")

    @Test("a search goes on while the page asks for itself again, without a script")
    func search() throws {
        let scene = try Scene()
        defer { scene.test.close() }
        let unit = Waiting.Reference(mapping: "UNIT", key: "PCS", reason: .unseen)
        try scene.put(
            Pairs.coupling("PRODUCT", "1000", 1, .waiting, waitsFor: [unit]),
            of: "product-worker",
            partition: 1
        )
        scene.view.update { $0.gates = [Gate(worker: "unit-worker", isOpen: false, reason: "a backlog", sinceMs: 0)] }
        #expect(text(scene.routes.page(HTTPRequest(path: "/records"))).contains("name=\"q\""))
        let first = scene.page("1000")
        #expect(first.status == 202)
        #expect(text(first).contains("<meta http-equiv=\"refresh\" content=\"1\">"))
        #expect(header(first, "Referrer-Policy") == "same-origin")
        #expect(header(first, "Content-Security-Policy")?.contains("form-action 'self'") == true)
        scene.work()
        let second = scene.page(" 1000 ")
        #expect(second.status == 200)
        #expect(!text(second).contains("http-equiv"))
        #expect(text(second).contains("held back by its closed gate: a backlog"), "\(text(second))")
        let report = try JSONDocument().parse(scene.api(("q", "1000")).body)
        #expect(report["pairs"]?.elements.map { $0["pairKey"]?.string } == [Self.pairKey])
    }

    @Test("programs are told to come again, and what is wrong")
    func programs() throws {
        let scene = try Scene()
        defer { scene.test.close() }
        #expect(scene.api().status == 400)
        #expect(scene.api(("q", "  ")).status == 400)
        #expect(scene.api(("q", String(repeating: "x", count: 3_000))).status == 400)
        let answer = scene.api(("q", "nobody"), ("mapping", "UNIT"), ("since", "99999999999999"))
        #expect(answer.status == 202)
        #expect(header(answer, "Retry-After") == "1")
        scene.work()
        let report = try JSONDocument().parse(scene.api(("q", "nobody"), ("mapping", "UNIT")).body)
        #expect(report["found"]?.bool == false)
        for number in 0..<RecordDesk.queueLimit { #expect(scene.api(("q", "\(number)")).status == 202) }
        #expect(scene.api(("q", "one too many")).status == 503)
        #expect(scene.page("one too many").status == 503)
    }

    @Test("a command is asked for once, sent as syncctl sends it, and told of")
    func command() throws {
        let scene = try Scene()
        defer { scene.test.close() }
        try scene.put(
            Pairs.coupling("PRODUCT", "1000", 1, .failed, error: Self.error),
            of: "product-worker",
            partition: 1
        )
        let question = scene.routes.ask(HTTPRequest(path: "/act", query: [("do", "retry"), ("pair", Self.pairKey)]))
        #expect(question.status == 200)
        #expect(text(question).contains("<form method=\"post\" action=\"/act\""))
        let body = "do=retry&pair=\(Self.pairKey.inQuery)"
        #expect(scene.form("\(body)&token=wrong").status == 403)
        #expect(scene.form(body).status == 403)
        #expect(scene.form("\(body)&token=tun", headers: [("Sec-Fetch-Site", "cross-site")]).status == 403)
        #expect(
            scene.form("\(body)&token=tun", headers: [("Origin", "https://evil.example"), ("Host", "h")]).status == 403
        )
        #expect(scene.form("\(body)&token=tun", headers: [("Origin", "null"), ("Host", "h")]).status == 403)
        let accepted = scene.form("\(body)&token=tun", headers: [("Origin", "http://h"), ("Host", "h")])
        #expect(accepted.status == 303)
        #expect(header(accepted, "Location") == "/act?job=1")
        let job = HTTPRequest(path: "/act", query: [("job", "1")])
        #expect(scene.routes.ask(job).status == 202)
        scene.work()
        #expect(text(scene.routes.ask(job)).contains("Done: sent to product-worker."))
        let sent = try scene.test.records("\(TestBroker.prefix)sync.inbox.product-worker")
        #expect(sent.map(\.key) == [Self.pairKey])
        #expect(sent.map(\.partition) == [1])
        #expect(
            sent.first?.value.hasPrefix(#"{"type":"command","command":"retry","pairKey":"\#(Self.pairKey)","#) == true
        )
    }

    @Test("a command that a coordinator had not sent when it was killed is not told of as done, and can be given again")
    func killed() throws {
        let dead = try Scene()
        defer { dead.test.close() }
        for (number, state) in [(1, Coupling.State.failed), (2, .skipped)] {
            try dead.put(
                Pairs.coupling("PRODUCT", "\(number)000", number, state, error: Self.error),
                of: "product-worker",
                partition: 1
            )
        }
        let accepted = dead.command(#"{"command":"retry","pairKey":"\#(Self.pairKey)"}"#)
        let place = try #require(header(accepted, "Location"))
        let number = String(place.dropFirst("/api/commands/".count))
        // It takes nothing to its inbox any more. Another command goes by the coordinator that was started in its place.
        let next = Scene(dead.test, lastAction: 1_000)
        #expect(next.command(#"{"command":"restore","pairKey":"PRODUCT/CRONUS/\#(Pairs.id(2))"}"#).status == 202)
        next.work()
        #expect(next.routes.outcome(HTTPRequest(path: place, remainder: number)).status == 404)
        #expect(
            text(next.routes.ask(HTTPRequest(path: "/act", query: [("job", number)]))).contains("no longer remembered")
        )
        let inbox = "\(TestBroker.prefix)sync.inbox.product-worker"
        #expect(try dead.test.records(inbox).map(\.key) == ["PRODUCT/CRONUS/\(Pairs.id(2))"])
        #expect(next.command(#"{"command":"retry","pairKey":"\#(Self.pairKey)"}"#).status == 202)
        next.work()
        #expect(try dead.test.records(inbox).map(\.key) == ["PRODUCT/CRONUS/\(Pairs.id(2))", Self.pairKey])
    }

    @Test("what makes no sense is refused, and why is told")
    func refused() throws {
        let scene = try Scene()
        defer { scene.test.close() }
        try scene.put(Pairs.coupling("PRODUCT", "1000", 1, .coupled, exists: true), of: "product-worker", partition: 1)
        for body in [
            #"{"command":"drop","pairKey":"x"}"#, #"{"command":"retry"}"#, "[]", "{", #"{"command":"replay"}"#,
        ] {
            #expect(scene.command(body).status == 400)
        }
        #expect(scene.command(#"{"command":"retry","pairKey":"\#(Self.pairKey)"}"#, token: "wrong").status == 403)
        #expect(scene.routes.ask(HTTPRequest(path: "/act", query: [("do", "drop")])).status == 400)
        #expect(scene.routes.ask(HTTPRequest(path: "/act", query: [("job", "77")])).status == 404)
        let reasons = [
            (
                #"{"command":"retry","pairKey":"\#(Self.pairKey)"}"#,
                "only failed and skipped records can be tried again"
            ),
            (#"{"command":"skip","pairKey":"PRODUCT/CRONUS/nobody"}"#, "there is no pair"),
            (#"{"command":"skip","pairKey":"NONE/x"}"#, "no worker runs the mapping"),
            (#"{"command":"replay","place":"0:7"}"#, "there is no dead letter at 0:7"),
            (#"{"command":"replay","place":"x"}"#, "is no place of a dead letter"),
        ]
        for (body, reason) in reasons {
            let answer = scene.command(body)
            #expect(answer.status == 202)
            let place = try #require(header(answer, "Location"))
            let number = String(place.dropFirst("/api/commands/".count))
            scene.work()
            let outcome = scene.routes.outcome(HTTPRequest(path: place, remainder: number))
            #expect(text(outcome).contains(#""state":"refused""#) && text(outcome).contains(reason), "\(text(outcome))")
        }
        #expect(try scene.test.records("\(TestBroker.prefix)sync.inbox.product-worker").isEmpty)
    }

    @Test("dead letters are listed with their reason and sent back on command")
    func deadLetters() throws {
        let scene = try Scene()
        defer { scene.test.close() }
        try scene.test.putDeadLetter(Pairs.id(1), "{", from: "bc.changes.items", partition: 1)
        scene.work()
        let list = try #require(scene.view.snapshot.deadLetters)
        #expect(list.count == 1)
        #expect(list.newest.map(\.error) == ["no JSON"])
        #expect(list.newest.map(\.recordID) == [Pairs.id(1)])
        #expect(scene.command(#"{"command":"replay","place":"0:0"}"#).status == 202)
        scene.work()
        let back = try scene.test.records("\(TestBroker.prefix)bc.changes.items")
        #expect(back.map(\.value) == ["{"])
        #expect(back.map(\.partition) == [1])
    }
}
