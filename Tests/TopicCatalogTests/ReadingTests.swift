// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Testing
import YAML

@testable import TopicCatalog

@Suite("Reading topics from an AsyncAPI document")
struct ReadingTests {
    /// A document with one channel, of which a test changes one line.
    static let document = """
        asyncapi: 3.0.0
        channels:
          bc.changes.items:
            address: bc.changes.items
            summary: Items
            bindings:
              kafka:
                topic: bc.changes.items
                partitions: 6
                topicConfiguration: {cleanup.policy: [compact, delete], retention.ms: 1000}
        """

    func read(_ text: String) throws -> TopicCatalog {
        try TopicCatalog(definition: YAML.parse(text), file: "topics.yaml")
    }

    @Test func joinsListsAsKafkaWritesThem() throws {
        let topic = try #require(try read(Self.document)["bc.changes.items"])
        #expect(
            topic
                == TopicDefinition(
                    name: "bc.changes.items",
                    partitions: 6,
                    configuration: ["cleanup.policy": "compact,delete", "retention.ms": "1000"],
                    summary: "Items"
                )
        )
    }

    @Test(arguments: [
        ("asyncapi: 3.0.0", "asyncapi: 2.6.0", 1, "3.x"),
        ("channels:", "topics:", 1, "channels is missing"),
        ("    bindings:", "    nothing:", 3, "bindings.kafka is missing"),
        ("topic: bc.changes.items", "topic: bc.changes.item", 8, "the same name"),
        ("partitions: 6", "partitions: 0", 9, "from 1"),
        ("partitions: 6", "partitions: '6'", 9, "from 1"),
        ("partitions: 6", "partitions: 3000000000", 9, "from 1"),
        ("retention.ms: 1000", "retention.ms: {a: b}", 10, "retention.ms"),
        ("cleanup.policy: [compact, delete]", "cleanup.policy: []", 10, "cleanup.policy"),
        ("cleanup.policy: [compact, delete], ", "", 8, "name a cleanup.policy"),
        ("    summary: Items\n", "", 3, "summary"),
    ])
    func namesWhatIsMissingAndItsLine(_ original: String, _ changed: String, _ line: Int, _ part: String) throws {
        let position = try #require(Self.document.firstRange(of: original))
        var text = Self.document
        text.replaceSubrange(position, with: changed)
        let error = try #require(throws: YAMLError.self) { try read(text) }
        #expect(error.file == "topics.yaml")
        #expect(error.line == line)
        #expect(error.reason.contains(part), "\(error.reason)")
    }

    @Test func refusesNamesThatABrokerRefuses() throws {
        let text = Self.document.replacing("bc.changes.items", with: "bc changes")
        let error = try #require(throws: YAMLError.self) { try read(text) }
        #expect(error.reason.contains("no topic name"))
    }

    @Test func refusesATopicThatTwoChannelsDefine() throws {
        let channel = try #require(Self.document.split(separator: "channels:\n").last)
        let text = Self.document + "\n" + channel.replacing("  bc.changes.items:\n", with: "  again:\n")
        let error = try #require(throws: YAMLError.self) { try read(text) }
        #expect(error.reason.contains("defined twice"))
    }
}
