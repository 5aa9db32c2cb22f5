// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Inspection

/// The events that could not be read.
extension OperatorPage {
    func writeDeadLetters(to html: inout HTMLText) {
        let list = snapshot.deadLetters
        html.element("section", ["aria-labelledby": "dead-letters"]) { html in
            html.element("h2", ["id": "dead-letters"]) { html in
                html.write("Dead letters ")
                html.element("span", ["class": "count"], PageText.number(list?.count ?? 0))
            }
            guard let list, !list.newest.isEmpty else {
                html.element("p", ["class": "note"], list == nil ? "Not known yet." : "Every event could be read.")
                return
            }
            html.element("ol", ["class": "records"]) { html in
                for letter in list.newest.prefix(Self.letterLimit) {
                    html.element("li", ["class": "bad"]) { $0.write(letter, mayAct: mayAct, linksRecord: true) }
                }
            }
            if list.count > Int64(Self.letterLimit) {
                html.element("p", ["class": "note"]) { html in
                    html.write("The newest \(Self.letterLimit) are shown; more: ")
                    html.element("a", ["href": "/api/dead-letters"], "/api/dead-letters")
                    html.write(", all: ")
                    html.element("code", "syncctl dead-letters list --limit 0")
                    html.write(".")
                }
            }
        }
    }

    /// Dead letters of the list.
    private static var letterLimit: Int { 10 }
}
