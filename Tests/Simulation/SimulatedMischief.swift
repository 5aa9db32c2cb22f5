// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import SimulatedKafka
import WorkerRuntime

/// What others do to the workers by their topics: gates and holds, and bytes that are no event.
final class SimulatedMischief {
    /// A record that no worker can read.
    struct Nonsense {
        let place: TopicPartition
        let offset: Int64
        let key: [UInt8]?
        let value: [UInt8]
    }

    /// What was sent of it, by place and offset.
    private(set) var nonsense: [String: Nonsense] = [:]
    /// Subjects of `sync.control` that stop somebody now.
    private var closed: [String] = []

    private static let values = [
        "nonsense", "", "{}", "[]", #"{"op":"u""#, #"{"op":"c","after":{}}"#,
        #"{"op":"?","ts_ms":1,"after":{"systemId":"7"}}"#,
        #"{"op":"c","ts_ms":1,"after":"\u{0}"}"#,
    ]

    /// How a record is named in `nonsense`.
    static func name(_ place: TopicPartition, _ offset: Int64) -> String { "\(place)@\(offset)" }

    /// Closes a gate or holds a mapping, or takes one of these back.
    func turnGate(of world: SimulatedWorld, isClosing: (String) -> Bool) {
        if !closed.isEmpty, world.choose(2) == 0 {
            return open(closed.remove(at: world.choose(closed.count)), of: world)
        }
        let subjects = Installed.workers.map { "gate/\($0)" } + world.mappings.map { "hold/\($0)" }
        let subject = subjects[world.choose(subjects.count)]
        guard !closed.contains(subject), isClosing(subject) else { return }
        closed.append(subject)
        tell(subject, isOpen: false, world)
    }

    /// Lets everybody go on.
    func openAll(of world: SimulatedWorld) {
        for subject in closed { open(subject, of: world) }
        closed = []
    }

    private func open(_ subject: String, of world: SimulatedWorld) { tell(subject, isOpen: true, world) }

    private func tell(_ subject: String, isOpen: Bool, _ world: SimulatedWorld) {
        let name = subject.split(separator: "/", maxSplits: 1)[1]
        let since = #""since":"2026-01-01T00:00:00.000Z""#
        let value =
            if subject.hasPrefix("gate/") {
                #"{"type":"gate","worker":"\#(name)","open":\#(isOpen),"reason":\#(isOpen ? "null" : "\"lag\""),"waitsFor":[],\#(since)}"#
            } else {
                isOpen ? nil : #"{"type":"hold","mapping":"\#(name)","reason":"a look",\#(since)}"#
            }
        _ = world.cluster.append(
            "sync.control",
            partition: 0,
            key: Array(subject.utf8),
            value: value.map { Array($0.utf8) }
        )
    }

    /// Puts bytes that are no event into one of the change topics.
    func sendNonsense(to world: SimulatedWorld) {
        let topics = world.changeTopics
        let topic = topics[world.choose(topics.count)]
        let value = Array(Self.values[world.choose(Self.values.count)].utf8)
        let key: [UInt8]? = [nil, [], [0xff, 0x00], Array("1000".utf8)][world.choose(4)]
        let place = world.cluster.append(topic, partition: nil, key: key, value: value)
        let offset = world.cluster.end(of: place, isStable: false) - 1
        nonsense[Self.name(place, offset)] = Nonsense(place: place, offset: offset, key: key, value: value)
    }
}
