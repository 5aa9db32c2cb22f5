// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Who depends on whom, and how each stands.
extension OperatorPage {
    func writeGraph(to html: inout HTMLText) {
        let mappings = mappings()
        html.element("section", ["aria-labelledby": "order"]) { html in
            html.element("h2", ["id": "order"], "Dependencies")
            html.element("p", ["class": "note"], "Earlier stages come first; dashed lines hold nothing up.")
            for isNarrow in [false, true] { draw(mappings, isNarrow: isNarrow, to: &html) }
            html.element("details") { html in
                html.element("summary", "The same as a table")
                writeTable(mappings, to: &html)
            }
        }
    }

    private func draw(_ mappings: [MappingState], isNarrow: Bool, to html: inout HTMLText) {
        let layout = GraphLayout(mappings, isNarrow: isNarrow)
        let size = "0 0 \(GraphLayout.text(layout.width)) \(GraphLayout.text(layout.height))"
        let title = isNarrow ? "graph-narrow" : "graph-wide"
        html.element("div", ["class": "graph \(isNarrow ? "narrow" : "wide")"]) { html in
            html.element("svg", ["viewBox": size, "role": "img", "aria-labelledby": title]) { html in
                html.element("title", ["id": title], Self.description(mappings))
                for edge in layout.edges {
                    guard let path = layout.path(from: edge.from, to: edge.to, isNarrow: isNarrow) else { continue }
                    html.element("path", ["class": edge.isDeferrable ? "edge deferrable" : "edge", "d": path], "")
                }
                for mapping in mappings {
                    guard let box = layout.boxes[mapping.name] else { continue }
                    draw(mapping, box, to: &html)
                }
            }
        }
    }

    private func draw(_ mapping: MappingState, _ box: GraphLayout.Box, to html: inout HTMLText) {
        func line(_ html: inout HTMLText, _ offset: Double, _ style: String, _ text: String) {
            html.element(
                "text",
                ["class": style, "x": GraphLayout.text(box.x + 11), "y": GraphLayout.text(box.y + offset)],
                text
            )
        }
        html.element("g", ["class": "box \(mapping.level.rawValue)"]) { html in
            html.element(
                "rect",
                [
                    "x": GraphLayout.text(box.x), "y": GraphLayout.text(box.y), "rx": "6",
                    "width": GraphLayout.text(GraphLayout.boxWidth), "height": GraphLayout.text(GraphLayout.boxHeight),
                ],
                ""
            )
            // A bar at the edge besides the colour of the frame, the thicker the worse.
            html.element(
                "rect",
                [
                    "class": "bar", "x": GraphLayout.text(box.x), "y": GraphLayout.text(box.y + 6),
                    "width": mapping.level > .held ? "5" : "3", "height": GraphLayout.text(GraphLayout.boxHeight - 12),
                ],
                ""
            )
            line(&html, 19, "name", String(mapping.name.prefix(22)))
            var facts = "lag \(mapping.lag.map(PageText.short) ?? "unknown")"
            if mapping.waiting > 0 { facts += " · \(PageText.short(Int64(mapping.waiting))) wait" }
            line(&html, 35, "fact", facts)
            line(&html, 50, "remark", mapping.remarks.prefix(3).joined(separator: " · "))
        }
    }

    /// The picture in one sentence, for whoever does not see it; the table says it all.
    private static func description(_ mappings: [MappingState]) -> String {
        let odd = mappings.filter { $0.level > .waits }.map { "\($0.name) \($0.remarks.joined(separator: ", "))" }
        let stages = mappings.map(\.stage).max() ?? 0
        let all = "\(PageText.count(mappings.count, "mapping")) in \(PageText.count(stages, "stage"))"
        return odd.isEmpty ? "\(all), nothing remarkable" : "\(all); \(odd.joined(separator: "; "))"
    }

    private func writeTable(_ mappings: [MappingState], to html: inout HTMLText) {
        html.element("div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": "Mappings"]) { html in
            html.element("table") { html in
                html.element("thead") { html in
                    html.element("tr") { html in
                        for name in ["Mapping", "Stage", "Worker", "Refers to", "Lag", "Waiting", "Failed", "State"] {
                            html.element("th", ["scope": "col"], name)
                        }
                    }
                }
                html.element("tbody") { html in
                    for mapping in mappings { writeRow(mapping, to: &html) }
                }
            }
        }
    }

    private func writeRow(_ mapping: MappingState, to html: inout HTMLText) {
        html.element("tr") { html in
            html.element("th", ["scope": "row"], mapping.name)
            html.element("td", ["class": "number"], String(mapping.stage))
            html.element("td", mapping.worker)
            let references = mapping.references.map { $0.isDeferrable ? "\($0.name) (deferrable)" : $0.name }
            html.element("td", references.isEmpty ? "nothing" : references.joined(separator: ", "))
            html.element("td", ["class": "number"], mapping.lag.map(PageText.number) ?? "unknown")
            html.element("td", ["class": "number"], PageText.number(Int64(mapping.waiting)))
            html.element("td", ["class": "number"], PageText.number(Int64(mapping.failed)))
            let remarks = mapping.remarks.joined(separator: ", ")
            html.element("td", mapping.heldBy ?? (remarks.isEmpty ? "as it should be" : remarks))
        }
    }
}
