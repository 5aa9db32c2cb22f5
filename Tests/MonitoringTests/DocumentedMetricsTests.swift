// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Code, documentation, alerts and dashboard speak of the same metrics.
struct DocumentedMetricsTests {
    private let kinds = RegisteredMetrics.worker().0.kinds.merging(RegisteredMetrics.coordinator().kinds) { kind, _ in
        kind
    }

    @Test("every metric is documented, and every documented one is there")
    func documentation() throws {
        let page = try ProjectFile.text("Docs/operations.md")
        let rest = try #require(page.components(separatedBy: "\n## Metrics\n").last)
        let section = rest.components(separatedBy: "\n## ")[0]
        let rows = try ProjectFile.matches(#"^\| (`.*?) \| "#, in: section)
        let documented = try rows.flatMap { try ProjectFile.matches(#"`([a-z_]+)[{`]"#, in: $0) }
        #expect(Set(documented) == Set(kinds.keys))
        #expect(Set(documented).count == documented.count, "documented twice")
    }

    @Test("names end as their kind and unit want it")
    func names() {
        for (name, kind) in kinds {
            #expect(name.hasSuffix("_total") == (kind == "counter"), "\(name) is a \(kind)")
            if kind == "histogram" { #expect(name.hasSuffix("_seconds")) }
        }
    }

    @Test("alerts and dashboard use only metrics that are there")
    func uses() throws {
        let alerts = try ProjectFile.text("Operations/alerts.yml")
        let dashboard = try Dashboard.read().expressions.joined(separator: "\n")
        let recorded = try ProjectFile.matches(#"- record: (\S+)"#, in: alerts)
        for (place, text) in [("alerts", try expressions(of: alerts)), ("dashboard", dashboard)] {
            let pattern = #"\b((?:sync|kafka|process|installation_worker)[_:][a-z_:]+)\b"#
            let used = try ProjectFile.matches(pattern, in: text)
            #expect(!used.isEmpty)
            for name in Set(used) where !recorded.contains(name) {
                let isHistogram = ["_bucket", "_sum", "_count"].contains {
                    name.hasSuffix($0) && kinds[String(name.dropLast($0.count))] == "histogram"
                }
                #expect(isHistogram || (kinds[name] != nil && kinds[name] != "histogram"), "\(place): \(name)")
            }
        }
        for name in recorded { #expect(alerts.components(separatedBy: name).count > 2 || dashboard.contains(name)) }
    }

    /// The lines of the alerts that are no words for people.
    private func expressions(of alerts: String) throws -> String {
        let words = ["#", "summary:", "description:", "runbook:", "- name:"]
        return alerts.split(separator: "\n").filter { line in
            !words.contains { line.trimmingCharacters(in: .whitespaces).hasPrefix($0) }
        }.joined(separator: "\n")
    }

    @Test("every alert says what, how bad and what to do, where it is written")
    func runbooks() throws {
        let alerts = try ProjectFile.text("Operations/alerts.yml")
        let page = try ProjectFile.text("Docs/operations.md")
        let names = try ProjectFile.matches(#"- alert: (\S+)"#, in: alerts)
        #expect(names.count > 10)
        for (name, text) in zip(names, alerts.components(separatedBy: "- alert: ").dropFirst()) {
            for needed in ["severity: ", "summary: ", "description: "] { #expect(text.contains(needed), "\(name)") }
            #expect(text.contains("runbook: Docs/operations.md#\(name.lowercased())\n"), "\(name)")
        }
        #expect(try ProjectFile.matches(#"^### (Sync\S+)$"#, in: page) == names)
        let tests = try ProjectFile.text("Operations/alerts.test.yml")
        for name in names { #expect(tests.contains("alertname: \(name)\n"), "\(name) is not tested") }
    }

    @Test("the page tells what to do about every state of a record, cause and verdict")
    func states() throws {
        let page = try ProjectFile.text("Docs/operations.md")
        for word in Words.states + Words.causes + Words.verdicts {
            let isThere = page.contains("`\(word)`")
            #expect(isThere, "\(word)")
        }
    }
}
