// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Coordination
import Kafka
import SyncModel
import TableMappings
import Telemetry

/// The coordinator's endpoints with both tokens, and health and metrics as every worker has them.
struct FuzzedEndpoints {
    static let token = "reader-secret"
    static let actionToken = "action-secret"
    private static let mappings = Result { () throws(MappingErrors) in try MappingCatalog.load(overrides: nil) }
    let server: HTTPServer

    init() throws {
        let log = Log(format: .logfmt, level: .error)
        server = HTTPServer(address: "127.0.0.1:0", log: log, idleLimit: .seconds(1))
        let conditions = TableMapping.Condition.holding(
            unitGroupMapping: true,
            pricing: "price-lists",
            salesOrders: "off",
            ownership: "team"
        )
        let mappings = try Self.mappings.get().active(conditions: conditions)
        server.addStandardRoutes(health: Health(), metrics: Metrics())
        CoordinatorEndpoints(
            CoordinatorConfiguration(mappings: mappings, kafka: KafkaConfiguration([:])),
            view: CoordinatorView(),
            log: log,
            clock: { 1_775_000_000_000 }
        ).add(to: server, isLoopback: true, token: Self.token, actionToken: Self.actionToken)
    }

    /// Whether a request that was answered so had the token for it.
    static func expectAccess(_ status: Int, path: String?, _ input: UnsafeRawBufferPointer) {
        expect(
            [100, 200, 202, 400, 401, 403, 404, 405, 413, 414, 431, 500, 501, 503, 505].contains(status),
            "status \(status)"
        )
        expect(status != 500, "an internal error")
        let text = String(decoding: input, as: UTF8.self)
        expect(status != 202 || text.contains(actionToken), "acted without the token for it")
        // The secret of a basic header is not in clear.
        let isOpen = path.map { ["/livez", "/readyz", "/metrics"].contains($0) } ?? true
        let mayBeKnown = text.contains(token) || text.lowercased().contains("basic")
        expect(status != 200 || isOpen || mayBeKnown, "shown without the token for it")
    }
}
