// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Topics as the engine knows them, cut out of their full names once and not for each event.
struct TopicNames {
    private let prefix: String
    private var known: [String: (topic: String, entity: String)] = [:]

    init(prefix: String) {
        self.prefix = prefix
    }

    /// A topic without prefix, and its entity, which is the last part of its name.
    mutating func parts(of fullName: String) -> (topic: String, entity: String) {
        if let parts = known[fullName] { return parts }
        let topic = String(fullName.dropFirst(prefix.count))
        let parts = (topic, topic.split(separator: ".").last.map(String.init) ?? topic)
        known[fullName] = parts
        return parts
    }
}
