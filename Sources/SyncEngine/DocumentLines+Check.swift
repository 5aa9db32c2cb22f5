// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncModel

extension DocumentLines {
    /// Refuses a document with a line that cannot be told apart from the others: it would be lost without a trace.
    ///
    /// Lines outside their mapping's filter, such as comments, may do without an id.
    /// - Throws: `RecordError`, which names the line by its position.
    static func check(_ image: JSONValue, document: String, lines mapping: TableMapping) throws(RecordError) {
        guard let property = mapping.businessCentral.embeddedIn?.property, let lines = image[property], !lines.isNull
        else { return }
        guard lines.kind == .array else { throw PropertyReader.wrongType(property, "an array") }
        var positions: [String: Int] = [:]
        for (index, line) in lines.elements.enumerated() {
            let place = "line \(index + 1) of \"\(property)\""
            guard line.kind == .object else { throw .permanent("WrongType", "\(place) is not an object") }
            guard let id = id(of: line, document: document) else {
                if mapping.businessCentral.filter.contains(where: { !$0.holds(for: line) }) { continue }
                throw .permanent("LineWithoutID", "\(place) has neither an id nor a line number")
            }
            if let other = positions.updateValue(index + 1, forKey: id) {
                throw .permanent("DuplicateLine", "\(place) has the id of line \(other)")
            }
        }
    }
}
