// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import SyncModel
import Testing

@testable import Coordination

@Suite("Verdicts")
struct LagJudgeTests {
    /// A worker with two partitions, asked once a second.
    private struct Scene {
        var judge = LagJudge()
        var now: Int64 = 1_000_000
        var committed: [Int64?] = [100, 100]
        var ends: [Int64] = [100, 100]
        var seenMs: Int64? = 1_000_000
        var heldTopics: [String: String] = [:]

        mutating func second() -> WorkerVerdict? {
            now += 1_000
            let partitions = zip(committed, ends).enumerated().map { index, offsets in
                PartitionLag(
                    group: "p.w",
                    topic: "t",
                    partition: Int32(index),
                    committed: offsets.0,
                    beginning: 0,
                    end: offsets.1
                )
            }
            let report = LagReport(atMs: now, partitions: partitions, lags: [:])
            let worker = LagJudge.Circumstances(worker: "w", group: "p.w", seenMs: seenMs, heldTopics: heldTopics)
            return judge.judge(report, workers: [worker]).first
        }

        /// The verdict after some seconds, each of which changes something.
        mutating func after(_ seconds: Int, _ change: (inout Scene) -> Void) -> WorkerVerdict? {
            var last: WorkerVerdict?
            for _ in 0..<seconds {
                change(&self)
                last = second()
            }
            return last
        }
    }

    private func alive(_ scene: inout Scene) { scene.seenMs = scene.now }

    @Test("is ok while idle, and while a backlog shrinks")
    func fine() {
        var scene = Scene()
        #expect(scene.after(90, alive)?.verdict == .ok)
        scene.ends[0] += 10_000
        let catchingUp = scene.after(90) {
            alive(&$0)
            $0.committed[0]? += 100
        }
        #expect(catchingUp == WorkerVerdict(worker: "w", verdict: .ok, reason: nil, rate: 100))
    }

    @Test("is slow when the lag grows though offsets move, and says where")
    func slow() {
        var scene = Scene()
        scene.ends[1] += 50
        let verdict = scene.after(90) {
            alive(&$0)
            $0.committed[1]? += 10
            $0.ends[1] += 30
        }
        #expect(verdict?.verdict == .slow)
        #expect(verdict?.reason?.hasPrefix("t[1]: lag grew from ") == true)
        // Ups and downs within a few seconds do not hide it; going down over the window ends it.
        let caught = scene.after(30) {
            alive(&$0)
            $0.committed[1]? += 100
        }
        #expect(caught?.verdict == .ok)
    }

    @Test("is stalled when nothing is committed with something to do, in the worst partition")
    func stalled() {
        var scene = Scene()
        scene.ends = [150, 100]
        #expect(scene.after(25, alive)?.verdict == .ok)
        let verdict = scene.after(40) {
            alive(&$0)
            $0.ends[1] += 5
            $0.committed[1]? += 4
        }
        #expect(verdict?.verdict == .stalled)
        #expect(verdict?.reason == "t[0]: nothing committed for 64 s, 50 records behind")
        scene.committed[0] = nil
        #expect(scene.after(5, alive)?.verdict != .stalled)
    }

    @Test("is held back, not stalled, behind a gate or a hold")
    func heldBack() {
        var scene = Scene()
        scene.heldTopics = ["t": "held back by its closed gate: x lags 9 records"]
        #expect(scene.after(90, alive)?.verdict == .ok)
        scene.ends[0] += 50
        let verdict = scene.after(1, alive)
        #expect(verdict?.verdict == .heldBack)
        #expect(verdict?.reason == "held back by its closed gate: x lags 9 records")
        #expect(scene.after(90, alive)?.verdict == .heldBack)
        scene.heldTopics = [:]
        #expect(scene.after(1, alive)?.verdict == .stalled)
    }

    @Test("is stopped when nothing is committed and nobody gives a sign of life")
    func stopped() {
        var scene = Scene()
        #expect(scene.after(40, alive)?.verdict == .ok)
        #expect(scene.after(29) { _ in }?.verdict == .ok)
        #expect(scene.after(5) { _ in }?.verdict == .stopped)
        #expect(scene.after(1) { _ in }?.reason == "no sign of life for 36 s")
        // A group that commits lives, whoever it is.
        #expect(scene.after(1) { $0.committed[0] = 101 }?.verdict == .ok)

        var never = Scene(seenMs: nil)
        #expect(never.after(9) { _ in }?.verdict == .ok)
        #expect(
            never.after(5) { _ in }
                == WorkerVerdict(
                    worker: "w",
                    verdict: .stopped,
                    reason: "no instance was ever seen",
                    rate: 0
                )
        )
    }

    @Test("begins anew when offsets or the clock are set back")
    func setBack() {
        var scene = Scene()
        scene.ends = [500, 500]
        #expect(scene.after(90, alive)?.verdict == .stalled)
        scene.committed = [50, 50]
        #expect(scene.after(20, alive)?.verdict == .ok)
        #expect(scene.after(40, alive)?.verdict == .stalled)
        scene.now -= 600_000
        #expect(scene.after(5, alive)?.verdict == .ok)
    }

    @Test("names what holds a topic back: a hold of what it feeds, or the gate; never the inbox")
    func heldTopics() throws {
        let configuration = CoordinatorConfiguration(
            mappings: [
                .made("ITEM", worker: "w", entities: ["items"]),
                .made("RESOURCE", worker: "w", entities: ["resources"]),
                .made("OTHER", worker: "x", entities: ["items"]),
            ],
            kafka: KafkaConfiguration([:]),
            topicPrefix: "p."
        )
        let hold = Hold(mapping: "ITEM", nil)
        #expect(
            configuration.heldTopics(of: "w", gates: [:], holds: ["ITEM": hold])
                == ["p.bc.changes.items": "held back by the hold of ITEM"]
        )
        #expect(configuration.heldTopics(of: "x", gates: [:], holds: ["ITEM": hold]).isEmpty)
        let gate = Gate(worker: "w", isOpen: false, reason: "x lags", sinceMs: nil)
        let held = configuration.heldTopics(of: "w", gates: ["w": gate], holds: ["ITEM": hold])
        #expect(
            held == [
                "p.bc.changes.items": "held back by the hold of ITEM",
                "p.bc.changes.resources": "held back by its closed gate: x lags",
            ]
        )
    }

    @Test(
        "spans of time have one unit",
        arguments: [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7_200, "2 h"), (400_000, "4 d")]
    )
    func spans(seconds: Int64, text: String) {
        #expect(LagJudge.span(seconds * 1_000) == text)
    }
}
