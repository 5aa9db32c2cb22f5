// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation
import Kafka
import KafkaTestSupport

@main
struct PipelineBenchmarkCommand {
    static func main() {
        Command(
            "PipelineBenchmark",
            summary: "Measures the product worker on a real Kafka, exactly-once, against a bare copy in C.",
            details: "Medians of interleaved runs. KAFKA_HOME names the folder of an Apache Kafka.",
            options: [
                .value("executables", placeholder: "DIRECTORY", "Where the workers lie (.build/release)."),
                .value("items", placeholder: "N", "Coupled items (10000)."),
                .value("events", placeholder: "N", "Events in each run (200000)."),
                .value("runs", placeholder: "N", "Runs of each, best odd (5); of latency and restore half as many."),
                .value("batches", placeholder: "N,N", "Largest batches (1000,4000)."),
                .value("rates", placeholder: "N,N", "Events a second for the latency (100,1000,10000)."),
                .value("seconds", placeholder: "N", "How long each latency run lasts (10)."),
                .value("couplings", placeholder: "N,N", "Couplings to restore (10000,1000000; 0: none)."),
                .value("partitions", placeholder: "N,N", "Measures only the throughput, with so many partitions each."),
                .value("endpoints", placeholder: "KIND,KIND", "Measures only the worker: alone,watched,flooded."),
                .value("flood-seconds", placeholder: "N", "How long a flood is sent, to end before the run does (10)."),
                .value("profile", placeholder: "FILE", "With --endpoints: has perf record the last run of each there."),
                .value("json", placeholder: "FILE", "Writes the results there."),
            ]
        ) { call in
            guard let home = RealBroker.home else {
                throw CommandError("KAFKA_HOME is not set; it names the folder of an Apache Kafka", .usage)
            }
            let numbers = { (name: String, standard: String) in
                (call.value(name) ?? standard).split(separator: ",").compactMap { Int($0) }
            }
            let make = { (partitions: Int32?) in
                try PipelineBenchmark(
                    home: home,
                    executables: call.value("executables") ?? ".build/release",
                    items: try call.integer("items", in: 1...10_000_000) ?? 10_000,
                    partitions: partitions
                )
            }
            let events = try call.integer("events", in: 1_000...100_000_000) ?? 200_000
            let runs = try call.integer("runs", in: 1...100) ?? 5
            let partitions = numbers("partitions", "")
            if !partitions.isEmpty {
                var benchmarks: [PipelineBenchmark] = []
                defer { for benchmark in benchmarks { benchmark.stop() } }
                for count in partitions { benchmarks.append(try make(Int32(clamping: count))) }
                try PipelineBenchmark.measurePartitions(&benchmarks, events: events, runs: runs)
                try write(benchmarks.map { $0.json() }, to: call.value("json"))
                return 0
            }
            let endpoints = try (call.value("endpoints") ?? "").split(separator: ",").map { word in
                guard let kind = FloodRun.Kind(rawValue: String(word)) else {
                    throw CommandError("--endpoints names '\(word)'; there are alone, watched and flooded", .usage)
                }
                return kind
            }
            var benchmark = try make(nil)
            defer { benchmark.stop() }
            if !endpoints.isEmpty {
                let flood = FloodRun.Flood(seconds: try call.integer("flood-seconds", in: 1...3_600) ?? 10)
                let result = try benchmark.measureFloods(
                    endpoints,
                    events: events,
                    runs: runs,
                    flood: flood,
                    profile: call.value("profile")
                )
                try write([result], to: call.value("json"))
                return 0
            }
            try benchmark.measureThroughput(
                batches: numbers("batches", "1000,4000"),
                events: events,
                runs: runs
            )
            try benchmark.measureLatency(
                rates: numbers("rates", "100,1000,10000"),
                seconds: try call.integer("seconds", in: 1...3_600) ?? 10,
                runs: runs
            )
            try benchmark.measureRestore(
                couplings: numbers("couplings", "10000,1000000"),
                runs: runs
            )
            try write([benchmark.json()], to: call.value("json"))
            return 0
        }.runAndExit()
    }

    /// Writes the results of each cluster, as an object a line.
    private static func write(_ results: [[UInt8]], to path: String?) throws {
        guard let path else { return }
        try Data(results.joined()).write(to: URL(filePath: path))
    }
}
