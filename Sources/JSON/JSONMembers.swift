// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CSimdjson

/// The members of an object.
public struct JSONMembers: Sequence, IteratorProtocol {
    private let object: JSONValue
    private var index: UInt32
    private let end: UInt32

    init(object: JSONValue) {
        self.object = object
        index = object.index + 1
        end = object.isKind(CSIMDJSON_OBJECT) ? object.node.pointee.next : index
    }

    /// The next member.
    public mutating func next() -> (key: String, value: JSONValue)? {
        guard index < end else { return nil }
        let value = JSONValue(document: object.document, index: index + 1, generation: object.generation)
        let end = value.node.pointee.next
        let key = object.text(of: object.document.nodes + Int(index))
        index = end
        return (String(decoding: key, as: UTF8.self), value)
    }
}
