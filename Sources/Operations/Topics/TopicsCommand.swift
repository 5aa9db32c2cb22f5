// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Inspection
import Kafka
import TopicCatalog

/// `syncctl topics apply|check|list`.
struct TopicsCommand {
    struct Listed: Encodable {
        let topic: String
        let partitions: Int32
        let configuration: [String: String]
        let summary: String
    }

    struct Report: Encodable {
        let ok: Bool
        let topics: Int
        let created: [String]
        let settingsChecked: Bool
        let differences: [Difference]
    }

    struct Difference: Encodable {
        let topic: String
        let difference: String
    }

    let commands: OperatorCommand

    func command() -> Command {
        Command(
            "topics",
            summary: "Creates, checks and lists the topics.",
            options: [.flag("json", "Print JSON.")],
            subcommands: [apply(), check(), list()]
        )
    }

    private func apply() -> Command {
        commands.make(
            "apply",
            summary: "Creates the topics that are missing and checks the others.",
            details: """
                The replication factor is the broker's default. What exists is not changed: a partition count decides \
                where keys lie, and a setting may differ on purpose. Differences are named; the exit code is then 1.
                """
        ) { context in
            try Cluster.with(context.installation) { cluster in
                let topics = context.installation.topics.topics
                let missing = topics.filter { cluster.partitionCounts[$0.name] == nil }
                let created = try Self.create(missing, cluster)
                var counts = cluster.partitionCounts
                for topic in created { counts[topic.name] = topic.partitions }
                return try Self.report(context, cluster, counts: counts, created: created.map(\.name))
            }
        }
    }

    private func check() -> Command {
        commands.make(
            "check",
            summary: "Compares the topics of the cluster with those that have to be.",
            details: """
                Exits with 1 when one is missing, or has another partition count or setting; every difference is named. \
                Exits with 3 when the counts are right and the broker did not tell the settings.
                """
        ) { context in
            try Cluster.with(context.installation) { cluster in
                try Self.report(context, cluster, counts: cluster.partitionCounts, created: nil)
            }
        }
    }

    private func list() -> Command {
        commands.make(
            "list",
            summary: "Lists the topics that have to be, without asking Kafka.",
            settings: [.topicPrefix] + Installation.mappingSettings
        ) { context in
            let topics = context.installation.topics.topics
            if context.isJSON {
                context.print(json: topics.map(Listed.init))
                return .done
            }
            var table = context.table("TOPIC", "PARTITIONS", "CLEANUP", "CONTENT")
            for topic in topics {
                table.add([
                    topic.name, String(topic.partitions), topic.configuration["cleanup.policy"] ?? "-", topic.summary,
                ])
            }
            context.console.print(table.text())
            return .done
        }
    }

    private static func create(_ missing: [TopicDefinition], _ cluster: Cluster) throws -> [TopicDefinition] {
        let requests = missing.map {
            Admin.NewTopic($0.name, partitions: $0.partitions, configuration: $0.configuration)
        }
        let results = try cluster.ask { try $0.createTopics(requests, timeoutMs: 60_000) }
        for (topic, error) in results.sorted(by: { $0.key < $1.key }) {
            // Somebody else may have been quicker; what they made is checked with the rest on the next call.
            if let error, error.name != "TOPIC_ALREADY_EXISTS" {
                throw CommandError("topic \(topic) could not be created: \(error.message)", .no)
            }
        }
        // Who starts a worker next finds them.
        try cluster.awaitTopics(missing.map(\.name))
        return missing
    }

    private static func report(
        _ context: CommandContext,
        _ cluster: Cluster,
        counts: [String: Int32],
        created: [String]?
    ) throws -> ExitCode {
        let topics = context.installation.topics.topics
        let settings = try settings(topics.map(\.name).filter { cluster.partitionCounts[$0] != nil }, cluster)
        let comparison = TopicComparison(topics, partitionCounts: counts, settings: settings)
        let isSame = comparison.different.isEmpty
        if context.isJSON {
            let report = Report(
                ok: isSame,
                topics: topics.count,
                created: created ?? [],
                settingsChecked: settings != nil,
                differences: comparison.different.flatMap { finding in
                    finding.differences.map { Difference(topic: finding.topic.name, difference: $0.words) }
                }
            )
            context.print(json: report)
        } else {
            print(comparison, created: created, hasSettings: settings != nil, context.console)
        }
        // Counts that are right do not make the rest right.
        return !isSame ? .no : settings == nil ? .unreachable : .done
    }

    private static func print(
        _ comparison: TopicComparison,
        created: [String]?,
        hasSettings: Bool,
        _ console: Console
    ) {
        for topic in created ?? [] { console.print("created \(topic)") }
        for finding in comparison.different {
            for difference in finding.differences { console.print("\(finding.topic.name) \(difference.words)") }
        }
        let right = comparison.findings.count - comparison.different.count
        let made = created.map { ", \($0.count) created" } ?? ""
        console.print("\(right) of \(comparison.findings.count) topics are right\(made)")
        if !hasSettings { console.print("the broker did not tell the topics' settings, so they were not compared") }
    }

    /// The settings in force; nil where the broker does not answer that question, as the embedded one.
    private static func settings(_ names: [String], _ cluster: Cluster) throws -> [String: [String: String]]? {
        do {
            return try cluster.ask { try $0.topicConfiguration(names, timeoutMs: 5_000) }
        } catch let error as KafkaError where error.disposition == .retriable {
            return nil
        }
    }
}

extension TopicsCommand.Listed {
    init(_ topic: TopicDefinition) {
        self.topic = topic.name
        partitions = topic.partitions
        configuration = topic.configuration
        summary = topic.summary
    }
}
