// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka
import Foundation

/// The properties that the librdkafka at hand knows, by its own account.
struct PropertyCatalog: Sendable {
    enum Scope: Sendable { case both, producer, consumer }

    /// Read once; the library's table does not change while the process lives.
    static let current = PropertyCatalog(table: readTable())

    private let scopes: [String: Scope]

    init(table: String) {
        var scopes: [String: Scope] = [:]
        for line in table.split(separator: "\n") {
            let columns = line.split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            // Callbacks and other pointers are listed too, but cannot come from a setting.
            guard columns.count > 2, !columns[0].hasSuffix("_cb"), !Self.pointers.contains(columns[0]) else { continue }
            switch columns[1] {
            case "*": scopes[columns[0]] = .both
            case "P": scopes[columns[0]] = Self.widened(scopes[columns[0]], .producer)
            case "C": scopes[columns[0]] = Self.widened(scopes[columns[0]], .consumer)
            default: continue
            }
        }
        self.scopes = scopes
    }

    func knows(_ property: String) -> Bool { scopes[property] != nil }

    /// Whether a client of this type uses the property; unknown ones count, so that librdkafka gets to refuse them.
    func applies(_ property: String, to type: rd_kafka_type_t) -> Bool {
        switch scopes[property] {
        case .producer: type == RD_KAFKA_PRODUCER
        case .consumer: type == RD_KAFKA_CONSUMER
        case .both, nil: true
        }
    }

    private static let pointers: Set<String> = ["opaque", "default_topic_conf", "interceptors", "msg_order_cmp"]

    private static func widened(_ known: Scope?, _ scope: Scope) -> Scope {
        known == nil || known == scope ? scope : .both
    }

    private static func readTable() -> String {
        guard let text = clibrdkafka_property_table() else { return "" }
        defer { free(text) }
        return String(cString: text)
    }
}
