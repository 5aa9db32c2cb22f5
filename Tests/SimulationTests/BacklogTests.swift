// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kafka
import SimulatedKafka
import SyncModel
import SyncTestSupport
import Telemetry
import Testing
import TopicCatalog

@testable import Simulation

/// A backlog is worked off in few large transactions, and what is new is committed soon.
struct BacklogTests {
    /// Every poll takes 5 ms, and commits are counted.
    private final class SlowCourse: SimulatedCourse {
        weak var cluster: SimulatedCluster?
        var commits = 0

        func begin(_ operation: String, of process: SimulatedProcess) -> SimulatedOutcome {
            if operation == "poll" { cluster?.advance(5) }
            if operation == "commit" { commits += 1 }
            return .answered
        }

        func choose(_ count: Int) -> Int { 0 }
    }

    @Test func aBacklogTakesFewTransactions() throws {
        // 400 events take 2 s: 8 batches of 250 ms, or 80 of 25 ms.
        let old = try transactions(isBacklog: true)
        let new = try transactions(isBacklog: false)
        #expect((8...12).contains(old), "\(old)")
        #expect(new > 3 * old, "\(new), not many more than \(old)")
    }

    /// How many transactions 400 events take that lie there for a minute, or come as fast as they are taken.
    private func transactions(isBacklog: Bool) throws -> Int {
        let installed = try Installed.shared.get()
        let course = SlowCourse()
        let cluster = SimulatedCluster(now: 1_775_000_000_000, course: course)
        course.cluster = cluster
        for topic in installed.topics.topics { cluster.makeTopic(topic.name, partitions: 1) }
        var events = (0..<400).map(Self.event)[...]
        func send(_ count: Int) {
            for event in events.prefix(count) {
                _ = cluster.append("bc.changes.currencies", partition: 0, key: nil, value: event)
            }
            events = events.dropFirst(count)
        }
        if isBacklog {
            send(400)
            cluster.advance(60_000)
        }
        let directory = FileManager.default.temporaryDirectory.appending(path: "backlog-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let instance = try SimulatedInstance("reference-worker", "i1", in: directory)
        defer { instance.kill() }
        let configuration = try #require(installed.configurations["reference-worker"])
        instance.start(configuration, on: cluster, log: Log(format: .logfmt, level: .error), batchMax: 4_000)
        let changes = TopicPartition("bc.changes.currencies", 0)
        for _ in 0..<10_000 where cluster.committed("reference-worker")[changes] != 400 {
            send(5)
            instance.step()
        }
        #expect(instance.failure == nil)
        #expect(cluster.committed("reference-worker")[changes] == 400)
        return course.commits
    }

    /// The event of a currency, with the number as its version.
    private static func event(_ number: Int) -> [UInt8] {
        let id = NamedUUID.make("currency \(number)")
        let image = #"{"systemId":"\#(id)","code":"C\#(number)","description":"Currency","symbol":"$"}"#
        let source = #"{"company":"\#(SourceHistory.company)","sequence":\#(number)}"#
        return Array(#"{"op":"c","ts_ms":1,"source":\#(source),"after":\#(image)}"#.utf8)
    }
}
