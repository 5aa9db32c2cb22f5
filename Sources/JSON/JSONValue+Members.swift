// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CSimdjson

extension JSONValue {
    /// The object's member of that name; nil when there is none or this is no object.
    ///
    /// Names are compared byte for byte. Of several members with the same name it is the first.
    public subscript(_ name: String) -> JSONValue? {
        guard isKind(CSIMDJSON_OBJECT) else { return nil }
        return name.withBytes { member($0) }
    }

    /// The object's member whose name has these bytes; nil when there is none or this is no object.
    public subscript(bytes name: UnsafeRawBufferPointer) -> JSONValue? {
        isKind(CSIMDJSON_OBJECT) ? member(name) : nil
    }

    /// Where a member's text lies: of a string without its escapes, of anything else as written.
    ///
    /// Nil when there is none or this is no object. The bytes are valid until the parser's next parse and while the
    /// parser lives, which is the caller's to see to: this is for comparing many members without a copy of any.
    public func text(ofMember name: UnsafeRawBufferPointer) -> (kind: Kind, bytes: UnsafeRawBufferPointer)? {
        guard isKind(CSIMDJSON_OBJECT), let index = indexOfMember(name) else { return nil }
        let node = document.nodes + Int(index)
        let kind = Kind(node.pointee)
        let isString = kind == .string
        let start = isString ? node.pointee.text : node.pointee.start
        let count = isString ? node.pointee.text_length : node.pointee.end - node.pointee.start
        return (kind, UnsafeRawBufferPointer(start: document.base + Int(start), count: Int(count)))
    }

    private func member(_ name: UnsafeRawBufferPointer) -> JSONValue? {
        indexOfMember(name).map { JSONValue(document: document, index: $0, generation: generation) }
    }

    /// The node of the value of the first member of that name.
    private func indexOfMember(_ name: UnsafeRawBufferPointer) -> UInt32? {
        // Read once: each access to the document's properties would be checked for exclusivity.
        let base = document.base
        let nodes = document.nodes
        let end = node.pointee.next
        let length = UInt32(truncatingIfNeeded: name.count)
        var key = index + 1
        while key < end {
            let candidate = nodes + Int(key)
            if candidate.pointee.text_length == length {
                let text = UnsafeRawBufferPointer(start: base + Int(candidate.pointee.text), count: Int(length))
                if text.hasSameBytes(as: name) { return key + 1 }
            }
            key = candidate[1].next
        }
        return nil
    }

    /// The array's elements in order; empty for anything but an array.
    public var elements: JSONElements { JSONElements(array: self) }

    /// The object's members in the document's order, repeated names included; empty for anything but an object.
    public var members: JSONMembers { JSONMembers(object: self) }
}
