// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import CommandLine
import Foundation
import Kafka
import StateStore
import SyncEngine
import SyncModel
import TableMappings
import Telemetry

/// The command line that all worker executables share.
public enum WorkerCommand {
    /// The settings of a worker.
    public static let settings: [Setting] = [
        .kafkaBootstrapServers, .config, .topicPrefix, .stateDirectory, .instance, .http, .logLevel, .logFormat,
        .company, .localCurrency, .delivery, .commitIntervalMs, .batchMax, .newRecords, .deletionPolicy, .errorLimit,
        .mappingsDirectory, .unitGroupMapping, .pricing, .salesOrders, .ownership, .crmTeamID, .crmCompanyID,
        .crmBaseCurrency,
    ]

    /// The command of a worker executable.
    public static func make(_ worker: String, summary: String) -> Command {
        Command(worker, summary: summary, settings: settings) { call in
            var catalog: MappingCatalog?
            let settings = try call.loadSettings(
                isKafkaProperty: KafkaConfiguration.knows(property:),
                kafkaProblems: { KafkaConfiguration($0).validate() + WorkerConfiguration.forbidden(in: $0) },
                furtherProblems: { WorkerOptions.problems(in: $0, &catalog) }
            )
            return try run(worker, settings, catalog)
        }
    }

    private static func run(_ worker: String, _ settings: Settings, _ catalog: MappingCatalog?) throws -> Int32 {
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
            FileHandle.standardOutput.write(Data("listening on \(url)\n".utf8))
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

extension WorkerOptions {
    /// Reads what the settings say, and the mappings' files where they have not been read.
    init(_ settings: Settings, catalog: MappingCatalog?) throws(MappingErrors) {
        var engine = EngineSettings(worker: settings.executable, conditions: Self.conditions(settings))
        engine.isConfirmed = settings.string(.delivery) == "confirmed"
        engine.deletionPolicy = EngineSettings.DeletionPolicy(rawValue: settings.string(.deletionPolicy)) ?? .keep
        engine.newRecords = EngineSettings.NewRecords(rawValue: settings.string(.newRecords)) ?? .create
        engine.errorLimit = settings.integer(.errorLimit)
        engine.company = settings[.company]
        engine.localCurrency = settings[.localCurrency]
        engine.crmBaseCurrency = settings[.crmBaseCurrency]
        engine.crmCompanyID = settings[.crmCompanyID]
        engine.crmTeamID = settings[.crmTeamID]
        let mappings: MappingCatalog
        if let catalog { mappings = catalog } else { mappings = try .load(overrides: settings[.mappingsDirectory]) }
        self.init(
            catalog: mappings,
            engine: engine,
            kafka: KafkaConfiguration(settings.kafkaProperties),
            stateDirectory: settings.string(.stateDirectory)
        )
        topicPrefix = settings.string(.topicPrefix)
        instance = settings[.instance]
        commitIntervalMs = Int64(settings.integer(.commitIntervalMs))
        batchMax = settings.integer(.batchMax)
    }

    /// What is wrong with the settings together, with the mappings' files, and with both together.
    ///
    /// Hands out what the files say, where that is right, so that they are read once.
    static func problems(in settings: Settings, _ read: inout MappingCatalog?) -> [String] {
        var problems: [String] = []
        let catalog: MappingCatalog
        do throws(MappingErrors) {
            catalog = try MappingCatalog.load(overrides: settings[.mappingsDirectory])
            read = catalog
        } catch {
            problems = error.settingProblems
            // The rest is judged by the bundled mappings, which are right by themselves.
            guard let bundled = try? MappingCatalog.load(overrides: nil) else { return problems }
            catalog = bundled
        }
        let conditions = conditions(settings)
        let always = catalog.unmetLookups(conditions: conditions.subtracting([.personOwnership]))
        problems += MappingErrors(always).settingProblems
        let unmet = catalog.unmetLookups(conditions: conditions)
        if let first = unmet.first(where: { !always.contains($0) }) {
            problems.append("SYNC_OWNERSHIP: 'person' is not possible here: \(first)")
        }
        if settings[.localCurrency] == nil, needsLocalCurrency(catalog, conditions, worker: settings.executable) {
            problems.append(
                "SYNC_LOCAL_CURRENCY: is required, since a mapping of \(settings.executable) needs it; "
                    + "allowed: the code of Business Central's local currency, such as GBP"
            )
        }
        return problems
    }

    private static func conditions(_ settings: Settings) -> Set<TableMapping.Condition> {
        TableMapping.Condition.holding(
            unitGroupMapping: settings.isOn(.unitGroupMapping),
            pricing: settings.string(.pricing),
            salesOrders: settings.string(.salesOrders),
            ownership: settings.string(.ownership)
        )
    }

    /// Whether a mapping of the executable refers to currencies, or is the one that others refer to for them.
    private static func needsLocalCurrency(
        _ catalog: MappingCatalog,
        _ conditions: Set<TableMapping.Condition>,
        worker: String
    ) -> Bool {
        let active = catalog.active(conditions: conditions)
        let named = active.flatMap { mapping in
            let lookups = mapping.fields.compactMap(\.lookup).filter(\.blankIsLocalCurrency)
            return lookups.isEmpty ? [] : [mapping.name] + lookups.flatMap(\.mappings)
        }
        return active.contains { $0.worker == worker && named.contains($0.name) }
    }
}
