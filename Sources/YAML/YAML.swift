// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

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
        try parse(Array(text.utf8), file: file)
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
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 {
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= sizeLimit else {
                throw YAMLError(file: path, line: 0, reason: "is larger than \(sizeLimit) bytes")
            }
        }
        guard ferror(stream) == 0 else {
            throw YAMLError(file: path, line: 0, reason: "cannot be read: \(String(cString: strerror(errno)))")
        }
        return try parse(bytes, file: path)
    }

    /// Larger files are no settings or mappings, and a path to something endless must not fill the memory.
    private static let sizeLimit = 16 << 20

    private static func parse(_ bytes: [UInt8], file: String?) throws(YAMLError) -> YAMLNode {
        let result: Result<YAMLNode, YAMLError> = bytes.withUnsafeBufferPointer { bytes in
            do throws(YAMLError) {
                var builder = TreeBuilder(reader: try EventReader(bytes, file: file), file: file)
                return .success(try builder.document())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
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
