// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import KafkaTestSupport

/// How fast a contender works off events that lie ready.
struct ThroughputRun {
    var contender: Contender
    /// Events a second, between the first commit that was seen and the last.
    var eventsPerSecond: Double
    /// Processor time an event in microseconds, over the same stretch.
    var processorMicroseconds: Double
    /// The largest resident size in bytes.
    var peakResidentBytes: Int
    /// Bytes of Kafka's segments for an event, transaction markers and batch heads included.
    var segmentBytes: SegmentBytes

    /// What one event adds to the topics.
    struct SegmentBytes {
        var outbound: Double
        var changelog: Double
        /// Kafka's own: offsets of groups, states of transactions.
        var own: Double
    }

    /// Runs it until it has committed all events; `begun` and `ended` are called where the measured stretch begins and ends.
    init(
        _ contender: Contender,
        _ cluster: BenchmarkCluster,
        sizes: OutputSizes,
        events: Int,
        begun: (KillableProcess) throws -> Void = { _ in },
        ended: (KillableProcess) throws -> Void = { _ in }
    ) throws {
        self.contender = contender
        let starts = try cluster.ends(of: contender.outbound)
        let before = try cluster.committed(by: contender.group)
        let topics = [contender.outbound, contender.changelog, "__"]
        let bytesBefore = topics.map { cluster.segmentBytes(of: $0) }
        let process = try contender.start(cluster, sizes: sizes)
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        var first: (at: ContinuousClock.Instant, count: Int64, figures: ProcessFigures)?
        var last = before
        let end = before + Int64(events)
        let finished = try waitUntil(within: .seconds(300), "\(contender.kind.rawValue) to commit \(events) events") {
            guard process.isRunning else { throw BenchmarkFailure("\(contender.kind.rawValue) ended") }
            last = try cluster.committed(by: contender.group)
            let now = ContinuousClock.now
            if first == nil, last > before {
                first = (now, last, ProcessFigures(process.processID))
                try begun(process)
            }
            return last >= end ? now : nil
        }
        let figures = ProcessFigures(process.processID)
        try ended(process)
        guard let first, last > first.count else { throw BenchmarkFailure("too few events to measure") }
        let count = Double(last - first.count)
        eventsPerSecond = count / ((finished - first.at) / .seconds(1))
        processorMicroseconds = (figures.processorSeconds - first.figures.processorSeconds) * 1_000_000 / count
        peakResidentBytes = figures.peakResidentBytes
        let bytes = zip(topics, bytesBefore).map { Double(cluster.segmentBytes(of: $0) - $1) / Double(events) }
        segmentBytes = SegmentBytes(outbound: bytes[0], changelog: bytes[1], own: bytes[2])
        try OutputReader(cluster: cluster).check(contender, from: starts, events: events)
    }
}
