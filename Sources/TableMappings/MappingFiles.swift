// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The mapping files: those that come with the project, and those of an operator's directory.
enum MappingFiles {
    /// A file with its text.
    typealias File = (name: String, text: String)

    /// The bundled files, by name.
    static func bundled() throws(MappingErrors) -> [File] {
        let directory = Bundle.module.bundleURL.appendingPathComponent("Mappings").path
        return try read(directory: directory, naming: { $0 })
    }

    /// The files of a directory, by name; problems name their paths.
    static func overriding(_ directory: String) throws(MappingErrors) -> [File] {
        try read(directory: directory, naming: { directory.hasSuffix("/") ? directory + $0 : "\(directory)/\($0)" })
    }

    private static func read(directory: String, naming: (String) -> String) throws(MappingErrors) -> [File] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw MappingErrors([
                MappingProblem(file: directory, line: 0, reason: "the directory of mappings cannot be read")
            ])
        }
        var files: [File] = []
        var problems: [MappingProblem] = []
        for name in names.sorted() where isMapping(name) {
            do {
                let data = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)"))
                if let text = String(validating: data, as: UTF8.self) {
                    files.append((naming(name), text))
                } else {
                    problems.append(MappingProblem(file: naming(name), line: 0, reason: "is not UTF-8 text"))
                }
            } catch {
                problems.append(MappingProblem(file: naming(name), line: 0, reason: "cannot be read"))
            }
        }
        guard problems.isEmpty else { throw MappingErrors(problems) }
        return files
    }

    private static func isMapping(_ name: String) -> Bool {
        !name.hasPrefix(".") && (name.hasSuffix(".yaml") || name.hasSuffix(".yml"))
    }
}
