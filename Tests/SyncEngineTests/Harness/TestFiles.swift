// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Files that tests read.
enum TestFiles {
    /// The lines of a resource of the tests.
    static func lines(_ name: String) throws -> [String] {
        let url = try #require(Bundle.module.url(forResource: "Resources/\(name)", withExtension: "jsonl"))
        return try lines(at: url)
    }

    /// The lines of a file of the demo company.
    static func demo(_ entity: String) throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try lines(at: root.appending(path: "Examples/contoso/\(entity).jsonl"))
    }

    private static func lines(at url: URL) throws -> [String] {
        try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
    }
}
