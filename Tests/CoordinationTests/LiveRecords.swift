// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kafka
import SyncModel
import Telemetry

@testable import Coordination

/// The pages of records over HTTP with all that runs behind them, on the embedded broker.
final class LiveRecords {
    static let productWorker = "product-worker"
    let test: TestBroker
    let view = CoordinatorView()
    let desk = RecordDesk()
    let url: String
    let server = HTTPServer(address: "127.0.0.1:0", log: Log(level: .error))
    let follower: RunningFollower
    private let pages: PageRoutes
    private let clerk: RecordClerk
    private let clerking: BackgroundThread
    private let telling: BackgroundThread

    init() throws {
        let test = try TestBroker()
        self.test = test
        for topic in ["sync.dead-letters", "crm.outbound.products"] {
            try test.broker.createTopic("\(TestBroker.prefix)\(topic)", partitions: 1)
        }
        let log = Log(level: .error)
        let clock = Telemetry.Timestamp.now
        follower = RunningFollower(test.configuration, view: view, watches: desk.watches)
        let clerk = RecordClerk(test.configuration, view: view, desk: desk, log: log, clock: clock)
        let teller = RecordTeller(test.configuration, view: view, desk: desk, log: log, clock: clock)
        self.clerk = clerk
        clerking = BackgroundThread("records") { clerk.run(isStopping: $0) }
        telling = BackgroundThread("pages") { teller.run(isStopping: $0) }
        pages = PageRoutes(test.configuration, view: view, clock: clock)
        pages.add(to: server)
        RecordRoutes(
            test.configuration,
            view: view,
            desk: desk,
            access: PageAccess(isLoopback: true, token: nil, actionToken: "tun"),
            log: log,
            clock: clock
        ).add(to: server)
        url = try server.start()
    }

    /// Ends all of it.
    func close() throws {
        server.stop()
        clerk.giveUp()
        clerking.stop()
        telling.stop()
        try follower.stop()
        test.close()
    }

    /// Writes a coupling as its worker does.
    func put(_ coupling: Coupling) throws {
        var writer = JSONWriter()
        coupling.write(to: &writer)
        try test.put(
            coupling.pairKey.description,
            writer.text,
            in: test.configuration.couplingsTopic(of: coupling.mapping == "UNIT" ? "unit-worker" : Self.productWorker),
            partition: 1
        )
    }

    /// Publishes an outbound change of a product.
    func putChange(_ number: Int, of coupling: Coupling) throws {
        try test.put(
            coupling.pairKey.description,
            #"{"operation":"update","changeId":"change-\#(number)"}"#,
            in: "\(TestBroker.prefix)crm.outbound.products"
        )
    }
}
