// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

extension YAMLNode {
    /// Makes a value from this node.
    ///
    /// - Parameters:
    ///   - type: what to make.
    ///   - file: the name to use in errors.
    ///   - unknownKeys: what to do with keys that the type does not know.
    /// - Returns: the value.
    /// - Throws: the first thing that is wrong, with its line.
    public func decode<Value: Decodable>(
        _ type: Value.Type,
        file: String? = nil,
        unknownKeys: YAML.UnknownKeys = .refused
    ) throws(YAMLError) -> Value {
        let decoder = NodeDecoder(node: self, file: file, unknownKeys: unknownKeys, codingPath: [])
        do {
            return try decoder.value(type)
        } catch let error as YAMLError {
            throw error
        } catch let error as DecodingError {
            throw located(error, file: file)
        } catch {
            throw YAMLError(file: file, line: line, reason: "\(error)")
        }
    }

    /// Turns what a type's own `init(from:)` threw into an error with a line: that of the deepest node on the path.
    private func located(_ error: DecodingError, file: String?) -> YAMLError {
        let context: DecodingError.Context
        switch error {
        case .typeMismatch(_, let inner), .valueNotFound(_, let inner), .dataCorrupted(let inner): context = inner
        case .keyNotFound(_, let inner): context = inner
        @unknown default: return YAMLError(file: file, line: line, reason: "\(error)")
        }
        var node = self
        for key in context.codingPath {
            let child = key.intValue.flatMap { node.items?[checked: $0] } ?? node[key.stringValue]
            guard let child else { break }
            node = child
        }
        return YAMLError(file: file, line: node.line, reason: context.debugDescription)
    }
}

extension Array {
    /// The element at an index that may be out of range.
    fileprivate subscript(checked index: Int) -> Element? {
        indices.contains(index) ? self[index] : nil
    }
}
