// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import CommandLine
import Kafka
import StateStore
import SyncEngine
import SyncModel
import TableMappings
import Telemetry

/// The command line that all worker executables share.
public enum WorkerCommand {
    /// The settings of a worker.
    public static let settings: [Setting] =
        [
            .kafkaBootstrapServers, .config, .topicPrefix, .stateDirectory, .instance, .http, .logLevel, .logFormat,
            .company, .localCurrency, .delivery, .commitIntervalMs, .batchMax, .newRecords, .deletionPolicy,
            .errorLimit, .mappingsDirectory,
        ] + TableMapping.Condition.settings + [.crmTeamID, .crmCompanyID, .crmBaseCurrency]

    /// The command of a worker executable.
    public static func make(_ worker: String, summary: String) -> Command {
        Command(worker, summary: summary, settings: settings) { call in
            var catalog: MappingCatalog?
            let settings = try call.loadSettings(
                isKafkaProperty: KafkaConfiguration.knows(property:),
                kafkaProblems: { KafkaConfiguration($0).validate() + WorkerConfiguration.forbidden(in: $0) },
                furtherProblems: { WorkerOptions.problems(in: $0, &catalog) }
            )
            return try run(worker, settings, catalog, console: call.console)
        }
    }

    private static func run(
        _ worker: String,
        _ settings: Settings,
        _ catalog: MappingCatalog?,
        console: Console
    ) throws -> Int32 {
        TerminationSignals.install()
        let options = try WorkerOptions(settings, catalog: catalog)
        let log = Log(formatWord: settings.string(.logFormat), levelWord: settings.string(.logLevel))
        for warning in settings.warnings { log.warning("setting ignored", [("setting", .string(warning))]) }
        let metrics = Metrics()
        let health = Health(reasons: ["worker": "starting"])
        let configuration = WorkerConfiguration(worker: worker, options)
        let isStopping = { TerminationSignals.isRequested }
        do {
            // First, so that a second process on one directory ends without having served anything.
            let store = try openState(configuration, isStopping: isStopping)
            let server = HTTPServer(address: settings.string(.http), log: log)
            server.addStandardRoutes(health: health, metrics: metrics)
            let url = try server.start()
            console.print("listening on \(url)")
            defer { server.stop() }
            let running = try Worker(
                configuration,
                log: log,
                metrics: metrics,
                health: health,
                clock: Telemetry.Timestamp.now,
                isStopping: isStopping,
                store: store
            )
            running.status.url = url
            try running.run(isStopping: isStopping)
        } catch is CancellationError {
            log.info("stopped before it began")
        } catch let error as StateStoreError {
            throw CommandError(error.description, .no)
        } catch let error as WorkerError {
            throw CommandError(error.description, .no)
        }
        return ExitCode.done.rawValue
    }

    /// Opens the local state; a directory that cannot be used as it is named is a wrong setting.
    private static func openState(_ configuration: WorkerConfiguration, isStopping: () -> Bool) throws -> StateStore {
        do {
            return try StateOpening().open(configuration, isStopping: isStopping)
        } catch let error as StateStoreError {
            switch error.reason {
            case .inUse, .ownedBy, .notWritable, .newerFormat: throw CommandError(error.description, .usage)
            // A full disk or damage may come at any time.
            case .diskFull, .corrupt, .lmdb, .keyTooLong: throw error
            }
        }
    }
}
