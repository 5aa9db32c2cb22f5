// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CYAML

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Reads YAML into a tree that knows its lines, or into `Decodable` values.
///
/// The part of YAML that files of settings and mappings need: one document, every key once. Anchors, aliases and tags
/// are refused: they make a file that is hard to read, and small files that are huge once read.
public enum YAML {
    /// Reads the one document in a text.
    ///
    /// - Parameters:
    ///   - text: the YAML; empty means null.
    ///   - file: the name to use in errors.
    /// - Returns: the root of the tree.
    /// - Throws: the first thing that is wrong, with its line.
    public static func parse(_ text: String, file: String? = nil) throws(YAMLError) -> YAMLNode {
        var text = text
        let result: Result<YAMLNode, YAMLError> = text.withUTF8 { bytes in
            do throws(YAMLError) {
                let reader = try EventReader(file: file)
                reader.read(from: bytes)
                var builder = TreeBuilder(reader: reader, file: file)
                return .success(try builder.document())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Reads the one document in a file.
    ///
    /// - Parameter path: the file, absolute or from the current directory.
    /// - Returns: the root of the tree.
    /// - Throws: why the file cannot be read (line 0), or the first thing that is wrong in it.
    public static func parseFile(_ path: String) throws(YAMLError) -> YAMLNode {
        guard let stream = fopen(path, "rb") else {
            throw YAMLError(file: path, line: 0, reason: "cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(stream) }
        let reader = try EventReader(file: path)
        reader.read(from: stream)
        var builder = TreeBuilder(reader: reader, file: path)
        return try builder.document()
    }

    /// Reads the one document in a text into a value.
    ///
    /// - Parameters:
    ///   - type: what to make.
    ///   - text: the YAML.
    ///   - file: the name to use in errors.
    ///   - unknownKeys: what to do with keys that the type does not know.
    /// - Returns: the value.
    /// - Throws: the first thing that is wrong, with its line.
    public static func decode<Value: Decodable>(
        _ type: Value.Type,
        from text: String,
        file: String? = nil,
        unknownKeys: UnknownKeys = .refused
    ) throws(YAMLError) -> Value {
        try parse(text, file: file).decode(type, file: file, unknownKeys: unknownKeys)
    }

    /// What a decoder does with a key that the type to be made does not know.
    public enum UnknownKeys: Sendable {
        /// It is an error: most unknown keys are misspelled ones.
        case refused
        /// It is passed over, for types that read only a part of a document.
        case ignored
    }
}
