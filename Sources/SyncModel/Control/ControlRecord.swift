// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import JSON

/// A record of `sync.control`, as everybody who reads the topic understands it.
package enum ControlRecord: Sendable, Equatable {
    /// The gate of a worker; nil where none is told, so that it is open.
    case gate(worker: String, Gate?)
    /// The hold of a table mapping; nil where it is not held.
    case hold(mapping: String, Hold?)

    /// Reads a record; nil where it is of another kind.
    ///
    /// A gate that cannot be read is none. Any value is a hold: what an operator stopped does not go on by a slip.
    ///
    /// - Parameters:
    ///   - key: the record's key.
    ///   - value: its value; nil takes the gate or the hold back.
    ///   - document: reads the value.
    ///   - onError: told why a value cannot be read.
    package init?(
        key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?,
        using document: JSONDocument,
        onError: (JSONError) -> Void = { _ in }
    ) {
        let subject = key.map { String(decoding: $0, as: UTF8.self) } ?? ""
        var json: JSONValue?
        if let value {
            do throws(JSONError) { json = try document.parse(value) } catch { onError(error) }
        }
        if subject.hasPrefix(Gate.keyBeginning) {
            let worker = String(subject.dropFirst(Gate.keyBeginning.count))
            self = .gate(worker: worker, json.flatMap { Gate(worker: worker, $0) })
        } else if subject.hasPrefix(Hold.keyBeginning) {
            let mapping = String(subject.dropFirst(Hold.keyBeginning.count))
            self = .hold(mapping: mapping, value == nil ? nil : Hold(mapping: mapping, json))
        } else {
            return nil
        }
    }
}
