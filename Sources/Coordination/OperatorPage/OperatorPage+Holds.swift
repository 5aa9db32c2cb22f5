// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

/// What operators hold, and where they may, the means to hold and release.
extension OperatorPage {
    func writeHolds(to html: inout HTMLText) {
        guard mayAct || !snapshot.holds.isEmpty else { return }
        html.element("section", ["aria-labelledby": "holds"]) { html in
            html.element("h2", ["id": "holds"], "Holds")
            if snapshot.holds.isEmpty {
                html.element("p", ["class": "note"], "Nothing is held.")
            } else {
                html.element("ul", ["class": "records"]) { html in
                    for hold in snapshot.holds { html.element("li", ["class": "held"]) { write(hold, to: &$0) } }
                }
            }
            if mayAct { writeForm(to: &html) }
        }
    }

    private func write(_ hold: Hold, to html: inout HTMLText) {
        html.element("span", ["class": "record"]) { $0.name(hold.mapping) }
        if let reason = hold.reason {
            html.write(": ")
            html.name(reason)
        }
        if let since = hold.since {
            html.write(" ")
            html.element("span", ["class": "age"]) { html in
                html.write("since ")
                html.name(since)
            }
        }
        guard mayAct else { return }
        html.write(" ")
        html.element(
            "button",
            ["type": "button", "class": "acts", "data-release": hold.mapping],
            "Release \(String(hold.mapping.prefix(40)))"
        )
    }

    private func writeForm(to html: inout HTMLText) {
        html.element("form", ["class": "acts", "id": "hold"]) { html in
            html.element("label") { html in
                html.write("Mapping ")
                html.element("select", ["name": "mapping"]) { html in
                    for mapping in configuration.mappings where mapping.worker != nil {
                        html.element("option", ["value": mapping.name, "data-reach": reach(of: mapping)], mapping.name)
                    }
                }
            }
            html.element("label") { html in
                html.write("Reason ")
                html.open(
                    "input",
                    ["name": "reason", "maxlength": String(HoldOrder.reasonLimit), "autocomplete": "off"]
                )
            }
            html.element("button", ["type": "submit"], "Hold")
        }
    }

    /// What a hold stops, in words.
    private func reach(of mapping: TableMapping) -> String {
        let topics = configuration.topics(feeding: mapping)
        let others = configuration.mappings.filter { other in
            other.name != mapping.name && other.worker == mapping.worker
                && configuration.topics(feeding: other).contains(where: topics.contains)
        }.map(\.name)
        let stops = "\(mapping.worker ?? "its worker") no longer reads \(topics.joined(separator: ", "))"
        return others.isEmpty ? "\(stops)." : "\(stops), which holds \(others.joined(separator: ", ")) too."
    }
}
