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
                .value("couplings", placeholder: "N", "Couplings to restore (1000000; 0: none)."),
                .value("json", placeholder: "FILE", "Writes the results there."),
            ]
        ) { call in
            guard let home = RealBroker.home else {
                throw CommandError("KAFKA_HOME is not set; it names the folder of an Apache Kafka", .usage)
            }
            let numbers = { (name: String, standard: String) in
                (call.value(name) ?? standard).split(separator: ",").compactMap { Int($0) }
            }
            var benchmark = try PipelineBenchmark(
                home: home,
                executables: call.value("executables") ?? ".build/release",
                items: try call.integer("items", in: 1...10_000_000) ?? 10_000
            )
            defer { benchmark.stop() }
            try benchmark.measureThroughput(
                batches: numbers("batches", "1000,4000"),
                events: try call.integer("events", in: 1_000...100_000_000) ?? 200_000,
                runs: try call.integer("runs", in: 1...100) ?? 5
            )
            try benchmark.measureLatency(
                rates: numbers("rates", "100,1000,10000"),
                seconds: try call.integer("seconds", in: 1...3_600) ?? 10,
                runs: try call.integer("runs", in: 1...100) ?? 5
            )
            try benchmark.measureRestore(
                couplings: try call.integer("couplings", in: 0...100_000_000) ?? 1_000_000,
                runs: try call.integer("runs", in: 1...100) ?? 5
            )
            if let path = call.value("json") { try Data(benchmark.json()).write(to: URL(filePath: path)) }
            return 0
        }.runAndExit()
    }
}
