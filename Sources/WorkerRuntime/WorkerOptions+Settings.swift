// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Kafka
import SyncEngine
import SyncModel
import TableMappings

extension WorkerOptions {
    /// Reads what the settings say, and the mappings' files where they have not been read.
    init(_ settings: Settings, catalog: MappingCatalog?) throws(MappingErrors) {
        var engine = EngineSettings(worker: settings.executable, conditions: TableMapping.Condition.holding(settings))
        engine.isConfirmed = settings.string(.delivery) == "confirmed"
        engine.deletionPolicy = EngineSettings.DeletionPolicy(rawValue: settings.string(.deletionPolicy)) ?? .keep
        engine.newRecords = EngineSettings.NewRecords(rawValue: settings.string(.newRecords)) ?? .create
        engine.errorLimit = settings.integer(.errorLimit)
        engine.company = settings[.company]
        engine.localCurrency = settings[.localCurrency].map(NaturalKey.normalized)
        engine.crmBaseCurrency = settings[.crmBaseCurrency].map(NaturalKey.normalized)
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
        let conditions = TableMapping.Condition.holding(settings)
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
