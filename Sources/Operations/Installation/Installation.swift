// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Kafka
import SyncModel
import TableMappings
import TopicCatalog

/// The installation to operate, as the settings describe it.
struct Installation {
    /// What commands load that look at the table mappings only.
    static let mappingSettings: [Setting] = [.config, .mappingsDirectory] + TableMapping.Condition.settings
    /// What commands load that ask Kafka.
    static let settings: [Setting] = [.kafkaBootstrapServers, .topicPrefix, .company] + mappingSettings

    /// librdkafka's properties.
    let kafka: KafkaConfiguration
    /// Stands before topic names and consumer groups.
    let prefix: String
    /// The company of records that name none.
    let company: String?
    /// The topics, with their prefix.
    let topics: TopicCatalog
    /// The table mappings.
    let mappings: MappingCatalog
    /// Which of them run.
    let conditions: Set<TableMapping.Condition>

    /// Reads the settings that a command was given.
    ///
    /// - Parameters:
    ///   - call: the call of the command.
    ///   - asksKafka: whether the command needs the properties of the Kafka client.
    /// - Throws: `SettingsError`, also for what is wrong with properties and mappings.
    init(_ call: Invocation, asksKafka: Bool) throws {
        try self.init(
            call.loadSettings(
                isKafkaProperty: KafkaConfiguration.knows(property:),
                kafkaProblems: { asksKafka ? KafkaConfiguration($0).validate() : [] },
                furtherProblems: { MappingCatalog.problems(overrides: $0[.mappingsDirectory]) }
            )
        )
    }

    private init(_ settings: Settings) throws {
        kafka = KafkaConfiguration(settings.kafkaProperties)
        prefix = settings.string(.topicPrefix)
        company = settings[.company]
        topics = try TopicCatalog.bundled().prefixed(prefix)
        mappings = try MappingCatalog.load(overrides: settings[.mappingsDirectory])
        conditions = TableMapping.Condition.holding(settings)
    }

    /// The names of the topics, with prefix.
    var syncTopics: SyncTopics { SyncTopics(prefix: prefix) }

    /// The mappings that some worker runs.
    var active: [TableMapping] { mappings.active(conditions: conditions) }

    /// The workers that run, each once, in the order of their names.
    var workers: [String] { Set(active.compactMap(\.worker)).sorted() }

    /// The couplings topics that there are, by worker: also of workers that the settings switch off now.
    var couplingsTopics: [(worker: String, topic: String)] {
        topics.topics.compactMap { topic in
            syncTopics.member(topic.name, of: .couplings).map { (worker: $0, topic: topic.name) }
        }
    }

    /// A topic as messages name it, whether or not it was given with the prefix.
    func withoutPrefix(_ topic: String) -> String {
        topic.hasPrefix(prefix) ? String(topic.dropFirst(prefix.count)) : topic
    }

    /// The change topics that feed a mapping, with prefix.
    func changeTopics(of mapping: TableMapping) -> [String] {
        [mapping].changeTopics.map { prefix + $0 }.filter { topics[$0] != nil }
    }
}
