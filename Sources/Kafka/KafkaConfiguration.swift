// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

/// librdkafka properties by their dotted names, as for every other client built on it.
public struct KafkaConfiguration: Sendable, Hashable, CustomStringConvertible {
    /// The properties that were given; the clients add their defaults.
    public var properties: [String: String]

    /// Takes properties as they are; `validate()` judges them.
    public init(_ properties: [String: String]) {
        self.properties = properties
    }

    /// Whether the librdkafka at hand has a property of this name.
    public static func knows(property: String) -> Bool {
        PropertyCatalog.current.knows(property)
    }

    /// Whether values of this property stay out of logs and messages.
    public static func isSecret(property: String) -> Bool {
        let secretParts = ["password", "secret", "key.pem", "sasl.", "token"]
        return secretParts.contains { property.contains($0) } && property != "sasl.mechanism"
            && property != "sasl.mechanisms"
    }

    /// All that is wrong, without a connection; each entry names the property and, unless it is secret, its value.
    public func validate() -> [(property: String, problem: String)] {
        var problems: [(property: String, problem: String)] = []
        if (properties["bootstrap.servers"] ?? properties["metadata.broker.list"] ?? "").isEmpty {
            problems.append(("bootstrap.servers", "bootstrap.servers is missing: host:port of one or more brokers"))
        }
        guard let configuration = rd_kafka_conf_new() else { return problems }
        defer { rd_kafka_conf_destroy(configuration) }
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            if let problem = Self.set(name, value, in: configuration) { problems.append((name, problem)) }
        }
        if problems.isEmpty, let problem = combinationProblem() { problems.append(problem) }
        return problems
    }

    /// The properties, secret values hidden.
    public var description: String {
        properties.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(Self.isSecret(property: $0.key) ? "(hidden)" : $0.value)" }
            .joined(separator: " ")
    }

    /// What only shows when a client is made: values that exclude each other, files that cannot be read.
    private func combinationProblem() -> (property: String, problem: String)? {
        var properties = self.properties
        // Without a broker's address nothing is connected to.
        properties["bootstrap.servers"] = nil
        properties["metadata.broker.list"] = nil
        do {
            let handle = try ClientHandle(
                RD_KAFKA_PRODUCER,
                KafkaConfiguration(properties),
                context: ClientContext(nil)
            )
            handle.destroy()
            return nil
        } catch {
            let named = properties.keys.sorted { $0.count > $1.count }.first { error.message.contains($0) }
            return (named ?? "security.protocol", error.message)
        }
    }

    /// Sets one property; the problem where librdkafka refuses it.
    static func set(_ name: String, _ value: String, in configuration: OpaquePointer) -> String? {
        withErrorText { text, size in
            switch rd_kafka_conf_set(configuration, name, value, text, size) {
            case RD_KAFKA_CONF_OK:
                return nil
            case RD_KAFKA_CONF_UNKNOWN:
                return "\(name) is no property of librdkafka \(String(cString: rd_kafka_version_str()))"
            default:
                let shown = isSecret(property: name) ? "(hidden)" : value
                // librdkafka's own words repeat the value.
                let reason = isSecret(property: name) ? "not allowed" : String(cString: text)
                return "\(name)=\(shown): \(reason)"
            }
        }
    }

    /// These properties over the given defaults; `forced` ones win over both.
    func completed(defaults: [String: String], forced: [String: String] = [:]) -> KafkaConfiguration {
        KafkaConfiguration(
            defaults.merging(properties) { _, given in given }.merging(forced) { _, forced in forced }
        )
    }
}

/// Room for a message of librdkafka.
func withErrorText<Result, Failure: Error>(
    _ body: (UnsafeMutablePointer<CChar>, Int) throws(Failure) -> Result
) throws(Failure) -> Result {
    var text = [CChar](repeating: 0, count: 512)
    let size = text.count
    return try text.withUnsafeMutableBufferPointer { buffer throws(Failure) in
        guard let base = buffer.baseAddress else { preconditionFailure("A buffer of fixed size has an address.") }
        return try body(base, size)
    }
}
