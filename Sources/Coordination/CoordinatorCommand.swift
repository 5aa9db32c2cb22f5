// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import CommandLine
import Kafka
import TableMappings
import Telemetry

/// The command line of the coordinator.
public enum CoordinatorCommand {
    /// The command of the executable.
    public static func make() -> Command {
        Command(
            "coordinator",
            summary: "Opens and closes the workers' gates, so that what others refer to arrives first.",
            details: """
                A worker's gate closes when something that it depends on has a backlog of more than
                SYNC_GATE_HIGH records, unread or sent and not confirmed, and opens when all of that is down to
                SYNC_GATE_LOW. Several coordinators may run: one is active, the others show the same and take
                over. Without any, the gates stay as they are.

                Over HTTP: a page at /, of one record at /records; /api/graph, /api/gates, /api/lag,
                /api/workers, /api/history, /api/waiting, /api/failed, /api/dead-letters, /api/records,
                /livez, /readyz, /metrics.
                """,
            settings: CoordinatorConfiguration.settings
        ) { call in
            let settings = try call.loadSettings(
                isKafkaProperty: KafkaConfiguration.knows(property:),
                kafkaProblems: { KafkaConfiguration($0).validate() },
                furtherProblems: { MappingCatalog.problems(overrides: $0[.mappingsDirectory]) }
            )
            return try run(settings, console: call.console)
        }
    }

    private static func run(_ settings: Settings, console: Console) throws -> Int32 {
        TerminationSignals.install()
        let configuration = try CoordinatorConfiguration(settings)
        let log = Log(formatWord: settings.string(.logFormat), levelWord: settings.string(.logLevel))
        let metrics = Metrics()
        let health = Health()
        let coordinator = try Coordinator(
            configuration,
            log: log,
            metrics: metrics,
            health: health,
            clock: Telemetry.Timestamp.now
        )
        let server = HTTPServer(address: settings.string(.http), log: log)
        server.addStandardRoutes(health: health, metrics: metrics)
        let endpoints = CoordinatorEndpoints(
            configuration,
            view: coordinator.view,
            log: log,
            clock: Telemetry.Timestamp.now
        )
        endpoints.add(
            to: server,
            isLoopback: HTTPServer.isLoopback(settings.string(.http)),
            token: settings[.httpToken],
            actionToken: settings[.httpActionToken]
        )
        coordinator.url = try server.start()
        console.print("listening on \(coordinator.url)")
        defer { server.stop() }
        for warning in settings.warnings { log.warning("setting ignored", [("setting", .string(warning))]) }
        let threads = try startThreads(configuration, coordinator.view, endpoints.desk, log)
        defer { threads.stop() }
        do {
            try coordinator.run { TerminationSignals.isRequested }
        } catch let error as CoordinatorError {
            throw CommandError(error.description, .no)
        }
        log.info("stopped")
        return ExitCode.done.rawValue
    }

    /// What runs beside the coordinator, each on a thread of its own.
    private struct Threads {
        let following: BackgroundThread
        let clerk: RecordClerk
        let clerking: BackgroundThread
        let telling: BackgroundThread

        func stop() {
            clerk.giveUp()
            clerking.stop()
            telling.stop()
            following.stop()
        }
    }

    /// Follows the couplings, does what is handed in at the desk, and keeps pages of records up to date.
    private static func startThreads(
        _ configuration: CoordinatorConfiguration,
        _ view: CoordinatorView,
        _ desk: RecordDesk,
        _ log: Log
    ) throws -> Threads {
        let clock = Telemetry.Timestamp.now
        let follower = try CouplingsFollower(configuration, view: view, watches: desk.watches, log: log, clock: clock)
        let clerk = RecordClerk(configuration, view: view, desk: desk, log: log, clock: clock)
        let teller = RecordTeller(configuration, view: view, desk: desk, log: log, clock: clock)
        return Threads(
            following: BackgroundThread("couplings") { follower.run(isStopping: $0) },
            clerk: clerk,
            clerking: BackgroundThread("records") { clerk.run(isStopping: $0) },
            telling: BackgroundThread("pages") { teller.run(isStopping: $0) }
        )
    }
}
