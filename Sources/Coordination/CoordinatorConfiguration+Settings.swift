// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import CommandLine
import Foundation
import Kafka
import SyncModel
public import TableMappings

extension CoordinatorConfiguration {
    /// The settings that a coordinator uses.
    public static let settings: [Setting] =
        [
            .kafkaBootstrapServers, .config, .topicPrefix, .instance, .http, .httpToken, .httpActionToken,
            .logLevel, .logFormat, .gateHigh, .gateLow, .stuckAfter, .mappingsDirectory,
        ] + TableMapping.Condition.settings

    /// Takes what the settings say and loads the table mappings.
    ///
    /// - Parameter settings: those of `settings`, all of them valid.
    /// - Throws: what is wrong with the mappings' files.
    public init(_ settings: Settings) throws(MappingErrors) {
        let catalog = try MappingCatalog.load(overrides: settings[.mappingsDirectory])
        self.init(
            mappings: catalog.active(conditions: TableMapping.Condition.holding(settings)),
            kafka: KafkaConfiguration(settings.kafkaProperties),
            topicPrefix: settings.string(.topicPrefix)
        )
        // It keeps no state, so nothing else would make its name another time.
        let process = ProcessInfo.processInfo
        instance = settings[.instance] ?? "\(process.hostName)-\(process.processIdentifier)"
        gateHigh = Int64(settings.integer(.gateHigh))
        gateLow = Int64(settings.integer(.gateLow))
        stuckAfterMs = settings.duration(.stuckAfter).components.seconds * 1_000
    }
}
