// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import SyncModel
import Telemetry
import Testing

@testable import Coordination

@Suite("Actions", .serialized, .timeLimit(.minutes(2)))
struct ActionRoutesTests {
    private func request(_ method: String, _ mapping: String, token: String = "tun", body: String = "") -> HTTPRequest {
        HTTPRequest(
            method: method,
            path: "/api/holds/\(mapping)",
            remainder: mapping,
            headers: [(name: PageAccess.actionHeader, value: token)],
            body: Array(body.utf8)
        )
    }

    private func routes(_ configuration: CoordinatorConfiguration, _ view: CoordinatorView) -> ActionRoutes {
        ActionRoutes(
            configuration,
            view: view,
            access: PageAccess(isLoopback: true, token: nil, actionToken: "tun"),
            log: Log(level: .error)
        ) { 1_767_225_600_000 }
    }

    @Test("become holds and releases in sync.control, as syncctl writes them")
    func carriedOut() throws {
        let test = try TestBroker()
        defer { test.close() }
        let coordinator = RunningCoordinator(test.configuration)
        let routes = routes(test.configuration, coordinator.view)
        #expect(routes.hold(request("POST", "UNIT", body: #"{"reason":"clean-up"}"#)).status == 202)
        try coordinator.wait(until: "the hold") { coordinator.view.snapshot.holds.map(\.mapping) == ["UNIT"] }
        #expect(coordinator.view.snapshot.holds.first?.reason == "clean-up")
        #expect(routes.release(request("DELETE", "UNIT")).status == 202)
        try coordinator.wait(until: "the release") { coordinator.view.snapshot.holds.isEmpty }
        try coordinator.stop()
        let records = try test.controlRecords()
        #expect(records.map(\.key) == ["hold/UNIT", "hold/UNIT"])
        #expect(
            records.first?.value
                == #"{"type":"hold","mapping":"UNIT","reason":"clean-up","since":"2026-01-01T00:00:00.000Z"}"#
        )
        #expect(records.last?.value == "")
    }

    @Test("are refused without the token, for mappings that do not run, and in excess")
    func refused() throws {
        let prepared = try PreparedPage()
        let routes = routes(prepared.configuration, prepared.view)
        #expect(routes.hold(request("POST", "ITEM-PRODUCT", token: "x")).status == 403)
        #expect(routes.release(request("DELETE", "ITEM-PRODUCT", token: "")).status == 403)
        #expect(prepared.view.takeOrder() == nil)
        #expect(routes.hold(request("POST", "../gate/x")).status == 404)
        #expect(routes.hold(request("POST", "")).status == 404)
        #expect(routes.release(request("DELETE", "ITEM-PRODUCT")).status == 404)
        #expect(routes.hold(request("POST", "ITEM-PRODUCT", body: "{")).status == 400)
        #expect(routes.hold(request("POST", "ITEM-PRODUCT", body: "[]")).status == 400)
        let long = String(repeating: "x", count: 300)
        #expect(routes.hold(request("POST", "ITEM-PRODUCT", body: #"{"reason":"\#(long)"}"#)).status == 202)
        #expect(prepared.view.takeOrder()?.hold?.reason?.count == HoldOrder.reasonLimit)
        for _ in 0..<HoldOrder.limit { #expect(routes.hold(request("POST", "ITEM-PRODUCT")).status == 202) }
        #expect(routes.hold(request("POST", "ITEM-PRODUCT")).status == 503)
    }
}
