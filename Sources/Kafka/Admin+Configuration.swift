// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

extension Admin {
    /// The settings in force of each topic, the defaults too; sensitive values are left out.
    public func topicConfiguration(
        _ names: [String],
        timeoutMs: Int32 = 10_000
    ) throws -> [String: [String: String]] {
        try describe(names, timeoutMs).mapValues { entries in entries.mapValues(\.value) }
    }

    /// Changes settings of a topic and leaves its others as they are.
    package func alterTopicConfiguration(
        _ name: String,
        _ changes: [String: String],
        timeoutMs: Int32 = 10_000
    ) throws {
        // Version 2.0.2 has only the call that replaces, so the topic's own settings are read and sent again.
        let own = try describe([name], timeoutMs)[name, default: [:]].filter(\.value.isOwn).mapValues(\.value)
        guard let request = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, operation: "alter topic configuration")
        }
        defer { rd_kafka_ConfigResource_destroy(request) }
        for (setting, value) in own.merging(changes, uniquingKeysWith: { _, changed in changed }) {
            try KafkaError.check(
                rd_kafka_ConfigResource_set_config(request, setting, value),
                "alter topic configuration"
            )
        }
        let call = try call(RD_KAFKA_ADMIN_OP_ALTERCONFIGS, "alter topic configuration", timeoutMs)
        var requests: [OpaquePointer?] = [request]
        try call.run { options, queue in
            rd_kafka_AlterConfigs(call.client, &requests, requests.count, options, queue)
        } read: { event throws(KafkaError) in
            var count = 0
            let results = rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event), &count)
            for result in UnsafeBufferPointer(start: results, count: count) {
                if let result { try check(result, call.operation) }
            }
        }
    }

    private struct Setting {
        let value: String
        /// Set on the topic itself, not taken from the broker.
        let isOwn: Bool
    }

    private func describe(_ names: [String], _ timeoutMs: Int32) throws(KafkaError) -> [String: [String: Setting]] {
        if names.isEmpty { return [:] }
        var requests = names.map { rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, $0) }
        defer { for request in requests { rd_kafka_ConfigResource_destroy(request) } }
        let call = try call(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, "topic configuration", timeoutMs)
        return try call.run { options, queue in
            rd_kafka_DescribeConfigs(call.client, &requests, requests.count, options, queue)
        } read: { event throws(KafkaError) in
            var count = 0
            let result = rd_kafka_event_DescribeConfigs_result(event)
            let resources = rd_kafka_DescribeConfigs_result_resources(result, &count)
            var described: [String: [String: Setting]] = [:]
            for resource in UnsafeBufferPointer(start: resources, count: count) {
                guard let resource, let name = rd_kafka_ConfigResource_name(resource) else { continue }
                try check(resource, call.operation)
                described[String(cString: name)] = settings(of: resource)
            }
            return described
        }
    }

    private func settings(of resource: OpaquePointer) -> [String: Setting] {
        var count = 0
        let entries = rd_kafka_ConfigResource_configs(resource, &count)
        var settings: [String: Setting] = [:]
        for entry in UnsafeBufferPointer(start: entries, count: count) {
            guard let entry, let name = rd_kafka_ConfigEntry_name(entry),
                let value = rd_kafka_ConfigEntry_value(entry)
            else { continue }
            settings[String(cString: name)] = Setting(
                value: String(cString: value),
                isOwn: rd_kafka_ConfigEntry_source(entry) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG
            )
        }
        return settings
    }

    private func check(_ resource: OpaquePointer, _ operation: String) throws(KafkaError) {
        let code = rd_kafka_ConfigResource_error(resource)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
        throw KafkaError(
            code,
            operation: operation,
            message: rd_kafka_ConfigResource_error_string(resource).map { String(cString: $0) },
            partition: rd_kafka_ConfigResource_name(resource).map { TopicPartition(String(cString: $0), -1) }
        )
    }
}
