// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncTestSupport
import Testing

/// A real Prometheus reads real processes by the project's configuration and follows its rules.
@Suite(
    .serialized,
    .enabled(if: PrometheusServer.isWanted, "MONITORING_TESTS is not set; make test-monitoring runs it with Prometheus")
)
struct PrometheusTests {
    /// What others may rely on, and what alerts and panels lean on most.
    private static let contract = [
        "kafka_consumergroup_lag", "sync_lag_seconds", "sync_records_total", "sync_forwarded_total",
        "sync_waiting_records", "sync_gate_open", "sync_event_seconds_count", "sync_event_seconds_bucket",
        "sync_transaction_seconds_count", "sync_worker_verdict", "sync_stuck_records", "sync_failed_records",
        "sync_coordinator_active", "sync_ready", "sync_state_free_bytes", "sync_state_bytes",
        "process_resident_memory_bytes", "installation_worker:kafka_consumergroup_lag:sum",
    ]

    @Test("reads all metrics, evaluates all rules, and tells of what is stuck and of a worker that was killed")
    func watches() async throws {
        let stack = try WatchedStack()
        defer { stack.close() }
        let addresses = try await stack.addresses()
        let server = try PrometheusServer(addresses)
        defer { server.close() }
        let prometheus = try await server.start()

        try await eventually("all targets are up and ready") {
            try await prometheus.query("sync_ready == 1").count == addresses.count ? () : nil
        }
        #expect(try await prometheus.query("up == 1").count == addresses.count)
        var missing = Self.contract
        try await eventually("values of \(missing)") {
            let names = try await prometheus.query(#"count by (__name__) ({__name__!=""})"#)
                .map { $0.metric["__name__"] }
            missing = Self.contract.filter { !names.contains($0) }
            return missing.isEmpty ? () : nil
        }
        try await judge(prometheus, addresses)

        // Units never come, so products wait for them, and for these the rest.
        var told: Set<String> = []
        try await eventually("only what is stuck is told, not \(told.sorted())") {
            told = try await firing(prometheus)
            return told == ["SyncRecordsStuck"] ? () : nil
        }
        // Each mapping's records are stuck when they have waited for so long, some later than what the alert told first.
        try await eventually("products are told that wait for units never seen") {
            let stuck = try await prometheus.query(#"sync_stuck_records{mapping="ITEM-PRODUCT",cause="unseen"} > 0"#)
            return stuck.isEmpty ? nil : ()
        }

        stack.processes["price-worker"]?.kill()
        let down = try await eventually("the killed worker is told") {
            let alerts = try await prometheus.query(#"ALERTS{alertname="SyncTargetDown",alertstate="firing"}"#)
            return alerts.isEmpty ? nil : alerts
        }
        #expect(down.map { $0.metric["instance"] } == [addresses["price-worker"]])
        try await eventually("its verdict is told, when it has been silent for half a minute") {
            try await firing(prometheus).contains("SyncWorkerStopped") ? () : nil
        }
        // But for what is shown only where something is wrong.
        var empty = try Dashboard.read().expressions.filter { !$0.hasSuffix(" > 0") }
        try await eventually("every panel has something to show, but not \(empty)") {
            for expression in empty where try await !prometheus.query(expression).isEmpty {
                empty.removeAll { $0 == expression }
            }
            return empty.isEmpty ? () : nil
        }
    }

    private func firing(_ prometheus: PrometheusAPI) async throws -> Set<String> {
        Set(try await prometheus.query(#"ALERTS{alertstate="firing"}"#).compactMap { $0.metric["alertname"] })
    }

    /// Judges what does not change any more: help texts, names, rules, the dashboard's expressions.
    private func judge(_ prometheus: PrometheusAPI, _ addresses: [String: String]) async throws {
        for (name, address) in addresses {
            let page = try await WatchedStack.get(address, "metrics")
            #expect(page.status == 200)
            let complaint = try PrometheusServer.complaint(about: page.body)
            #expect(complaint == nil, "\(name)")
        }
        for metric in try await prometheus.metadata() {
            #expect(!metric.help.isEmpty && metric.type != "unknown", "\(metric.metric)")
        }
        let rules = try await eventually("all rules are evaluated") {
            let rules = try await prometheus.rules()
            return rules.contains { $0.health == "unknown" } ? nil : rules
        }
        #expect(rules.count > 10)
        for rule in rules { #expect(rule.health == "ok" && rule.lastError ?? "" == "", "\(rule.name)") }
        for expression in try Dashboard.read().expressions { _ = try await prometheus.query(expression) }
    }
}
