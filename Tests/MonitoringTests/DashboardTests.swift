// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Testing

/// The dashboard's file, without Grafana.
struct DashboardTests {
    @Test("panels have a title, a unit, an own place and the chosen data source")
    func structure() throws {
        let dashboard = try Dashboard.read()
        #expect(dashboard.schemaVersion >= 36)
        #expect(dashboard.templating.list.map(\.name) == ["datasource", "installation", "worker", "page"])
        #expect(Set(dashboard.panels.map(\.id)).count == dashboard.panels.count)
        var taken: Set<[Int]> = []
        for panel in dashboard.panels {
            #expect(!panel.title.isEmpty)
            #expect(panel.gridPos.x + panel.gridPos.w <= 24)
            for x in panel.gridPos.x..<panel.gridPos.x + panel.gridPos.w {
                for y in panel.gridPos.y..<panel.gridPos.y + panel.gridPos.h {
                    #expect(taken.insert([x, y]).inserted, "\(panel.title) lies over another")
                }
            }
            guard panel.type != "row", panel.type != "text" else { continue }
            #expect(panel.fieldConfig?.defaults.unit != nil, "\(panel.title) has no unit")
            #expect(panel.description != nil, "\(panel.title) does not say what it shows")
            #expect(panel.targets?.isEmpty == false)
            for target in panel.targets ?? [] {
                #expect(target.datasource.uid == "${datasource}" && target.datasource.type == "prometheus")
                #expect(target.expr.contains(#"installation=~"$installation""#), "\(panel.title): \(target.expr)")
            }
        }
    }
}
