// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The dashboard's file, as far as it is checked.
struct Dashboard: Decodable {
    struct Panel: Decodable {
        struct Place: Decodable {
            let x: Int
            let y: Int
            let w: Int
            let h: Int
        }
        struct Target: Decodable {
            let expr: String
            let refId: String
            let datasource: Source
        }
        struct Source: Decodable {
            let type: String
            let uid: String
        }
        struct FieldConfig: Decodable {
            struct Defaults: Decodable {
                let unit: String?
            }
            let defaults: Defaults
        }
        let id: Int
        let type: String
        let title: String
        let description: String?
        let gridPos: Place
        let targets: [Target]?
        let fieldConfig: FieldConfig?
    }
    struct Variables: Decodable {
        struct Variable: Decodable {
            let name: String
            let type: String
        }
        let list: [Variable]
    }
    let uid: String
    let title: String
    let schemaVersion: Int
    let panels: [Panel]
    let templating: Variables

    static func read() throws -> Dashboard {
        try JSONDecoder().decode(Dashboard.self, from: Data(ProjectFile.text("Operations/grafana/sync.json").utf8))
    }

    /// The expressions of all panels, with values for the dashboard's variables.
    var expressions: [String] {
        panels.flatMap { $0.targets ?? [] }.map { target in
            [("$installation", ".*"), ("$__rate_interval", "1m"), ("$worker", ".*")].reduce(target.expr) {
                $0.replacingOccurrences(of: $1.0, with: $1.1)
            }
        }
    }
}
