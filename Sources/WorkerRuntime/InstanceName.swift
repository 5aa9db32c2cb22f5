// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The name that gives an instance its transactional ids, made once and kept with its state.
enum InstanceName {
    /// The kept name, or a new one where none was kept yet.
    ///
    /// - Throws: `WorkerError` for a file that is there and cannot be read: under another name the predecessor would not
    ///   be fenced.
    static func kept(in directory: String) throws -> String {
        let path = "\(directory)/instance"
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch CocoaError.fileReadNoSuchFile {
            let name = UUID().uuidString.lowercased()
            try "\(name)\n".write(toFile: path, atomically: true, encoding: .utf8)
            return name
        } catch {
            throw WorkerError.instanceFile(path: path, problem: "cannot be read: \(error.localizedDescription)")
        }
        guard let text = String(data: bytes, encoding: .utf8) else {
            throw WorkerError.instanceFile(path: path, problem: "is no text")
        }
        let name = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !name.isEmpty else { throw WorkerError.instanceFile(path: path, problem: "is empty") }
        return name
    }
}
