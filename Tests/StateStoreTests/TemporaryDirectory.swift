// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import StateStore

/// A directory of its own for one test, removed with it.
final class TemporaryDirectory {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("state-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)), as: UTF8.self)
    }
}

extension StateStore {
    /// A store of two small tables that grows in the smallest steps.
    static func small(
        _ path: String,
        formatVersion: Int = 1,
        owner: String? = nil
    ) throws(StateStoreError) -> StateStore {
        try StateStore(
            directory: path,
            tables: ["first", "second"],
            growthBytes: 1 << 20,
            formatVersion: formatVersion,
            owner: owner
        )
    }

    /// Commits one pair.
    func set(_ key: String, _ value: String, table: Int = 0) throws {
        let transaction = try begin()
        try transaction.put(table, key, Array(value.utf8))
        try transaction.commit()
    }

    /// What is committed for the key.
    func value(_ key: String, table: Int = 0) throws -> String? {
        let transaction = try begin()
        defer { transaction.abort() }
        return try transaction.get(table, key).map { String(decoding: $0, as: UTF8.self) }
    }
}
