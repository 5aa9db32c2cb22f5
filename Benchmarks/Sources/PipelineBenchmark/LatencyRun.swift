// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Kafka
import KafkaTestSupport
import Synchronization

/// How long an event takes from its production to its outbound record, for a reader that hides aborted records.
struct LatencyRun {
    var contender: Contender
    var rate: Int
    /// Milliseconds, in order.
    var latencies: [Int64]

    /// The latency that this share of the events does not exceed, in milliseconds.
    func percentile(_ share: Double) -> Int64 {
        latencies.isEmpty ? 0 : latencies[min(latencies.count - 1, Int(share * Double(latencies.count)))]
    }

    /// Runs it under a steady load; the first second's events warm up and do not count.
    init(_ contender: Contender, _ cluster: BenchmarkCluster, sizes: OutputSizes, rate: Int, seconds: Int) throws {
        self.contender = contender
        self.rate = rate
        let process = try contender.start(cluster, sizes: sizes)
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        // Ready once it has taken up its partitions: what is sent before would measure the start.
        try LatencyRun.waitUntilReady(contender, cluster)
        let inputs = try cluster.ends(of: BenchmarkCluster.input)
        let outputs = try cluster.ends(of: contender.outbound)
        let count = rate * (seconds + 1)
        let arrivals = Arrivals(contender.kind)
        let configuration = cluster.broker.configuration()
        let reader = Thread { arrivals.read(configuration, outputs, count: count) }
        reader.start()
        try cluster.sendPriceChanges(count, rate: rate)
        let received = try arrivals.wait()
        var latencies: [Int64] = []
        var sent: [OutputReader.Cause: Int64] = [:]
        var first = Int64.max
        try OutputReader(cluster: cluster).read(BenchmarkCluster.input, from: inputs) { message in
            sent[OutputReader.Cause(partition: message.partition, offset: message.offset)] = message.timestampMs
            first = min(first, message.timestampMs)
        }
        for (cause, at) in received {
            guard let begun = sent[cause] else { throw BenchmarkFailure("a record of no event") }
            if begun >= first + 1_000 { latencies.append(at - begun) }
        }
        self.latencies = latencies.sorted()
    }

    private static func waitUntilReady(_ contender: Contender, _ cluster: BenchmarkCluster) throws {
        // What the other has worked off since comes first.
        try cluster.sendPriceChanges(100)
        let all = try cluster.ends(of: BenchmarkCluster.input).values.reduce(0, +)
        _ = try waitUntil(within: .seconds(60), "\(contender.kind.rawValue) to begin") {
            try cluster.committed(by: contender.group) >= all ? () : nil
        }
    }
}

/// When the outbound records arrived at their reader.
private final class Arrivals: Sendable {
    private struct State {
        var times: [OutputReader.Cause: Int64] = [:]
        var failure: String?
        var isDone = false
    }

    private let kind: Contender.Kind
    private let state = Mutex(State())
    private let done = DispatchSemaphore(value: 0)

    init(_ kind: Contender.Kind) { self.kind = kind }

    /// Reads until so many records have come.
    func read(_ configuration: KafkaConfiguration, _ starts: [TopicPartition: Int64], count: Int) {
        var times: [OutputReader.Cause: Int64] = [:]
        times.reserveCapacity(count)
        var failure: String?
        do {
            let consumer = try Consumer(configuration: configuration, group: nil, observer: nil)
            defer { consumer.close() }
            try consumer.assign(starts)
            let document = JSONDocument()
            _ = try waitUntil(within: .seconds(180), "\(count) records") { () -> Void? in
                guard case .message(let message) = consumer.poll(timeoutMs: 100) else { return nil }
                let now = Int64(Date().timeIntervalSince1970 * 1_000)
                if let cause = try OutputReader.cause(of: message, kind, document) { times[cause] = now }
                return times.count >= count ? () : nil
            }
        } catch {
            failure = "\(error)"
        }
        state.withLock { [times, failure] in
            $0.times = times
            $0.failure = failure
        }
        done.signal()
    }

    func wait() throws -> [OutputReader.Cause: Int64] {
        done.wait()
        let (times, failure) = state.withLock { ($0.times, $0.failure) }
        if let failure { throw BenchmarkFailure(failure) }
        return times
    }
}
