// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CSimdjson

/// The elements of an array.
public struct JSONElements: Sequence, IteratorProtocol {
    private let array: JSONValue
    private var index: UInt32
    private let end: UInt32

    init(array: JSONValue) {
        self.array = array
        index = array.index + 1
        end = array.isKind(CSIMDJSON_ARRAY) ? array.node.pointee.next : index
    }

    /// The next element.
    public mutating func next() -> JSONValue? {
        guard index < end else { return nil }
        let element = JSONValue(document: array.document, index: index, generation: array.generation)
        index = element.node.pointee.next
        return element
    }
}
