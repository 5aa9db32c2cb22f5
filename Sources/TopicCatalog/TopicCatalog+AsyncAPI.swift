// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import YAML

extension TopicCatalog {
    /// Reads the channels of an AsyncAPI 3.0 document with Kafka bindings.
    ///
    /// - Parameters:
    ///   - definition: the document's root.
    ///   - file: the name to use in errors.
    /// - Throws: the first channel that does not say what a topic needs, with its line.
    init(definition: YAMLNode, file: String) throws(YAMLError) {
        guard let version = definition["asyncapi"]?.string, version.hasPrefix("3.") else {
            throw YAMLError(file: file, line: definition.line, reason: "asyncapi has to be 3.x")
        }
        guard let channels = definition["channels"]?.members else {
            throw YAMLError(file: file, line: definition.line, reason: "channels is missing")
        }
        var topics: [TopicDefinition] = []
        var names: Set<String> = []
        for channel in channels {
            let topic = try Self.topic(of: channel, file: file)
            guard names.insert(topic.name).inserted else {
                throw YAMLError(file: file, line: channel.keyLine, reason: "topic \(topic.name) is defined twice")
            }
            topics.append(topic)
        }
        self.init(topics: topics)
    }

    private static func topic(of channel: YAMLNode.Member, file: String) throws(YAMLError) -> TopicDefinition {
        func wrong(_ reason: String, at line: Int? = nil) -> YAMLError {
            YAMLError(file: file, line: line ?? channel.keyLine, reason: "channel \(channel.key): \(reason)")
        }
        guard let binding = channel.value["bindings"]?["kafka"] else { throw wrong("bindings.kafka is missing") }
        guard let name = binding["topic"]?.string, name == channel.value["address"]?.string else {
            throw wrong("address and bindings.kafka.topic have to be the same name", at: binding.line)
        }
        guard isTopicName(name) else {
            throw wrong("\(name) is no topic name: 1 to 249 of a-z A-Z 0-9 . _ -", at: binding.line)
        }
        guard let partitions = binding["partitions"]?.int.flatMap(Int32.init(exactly:)), partitions >= 1 else {
            throw wrong("partitions has to be a whole number from 1", at: binding["partitions"]?.line ?? binding.line)
        }
        var configuration: [String: String] = [:]
        for setting in binding["topicConfiguration"]?.members ?? [] {
            guard let value = value(of: setting.value) else {
                throw wrong("\(setting.key) has to be a value or a list of values", at: setting.keyLine)
            }
            configuration[setting.key] = value
        }
        guard configuration["cleanup.policy"] != nil else {
            throw wrong("topicConfiguration has to name a cleanup.policy", at: binding.line)
        }
        guard let summary = channel.value["summary"]?.string else { throw wrong("summary is missing") }
        return TopicDefinition(name: name, partitions: partitions, configuration: configuration, summary: summary)
    }

    /// A setting as Kafka writes it: the elements of a list joined by commas.
    private static func value(of node: YAMLNode) -> String? {
        guard let items = node.items else { return node.string }
        let values = items.compactMap(\.string)
        return values.isEmpty || values.count != items.count ? nil : values.joined(separator: ",")
    }

    /// Whether a broker takes the name.
    private static func isTopicName(_ name: String) -> Bool {
        (1...249).contains(name.utf8.count) && name != "." && name != ".."
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
