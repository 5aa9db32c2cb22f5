// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON

extension PipelineBenchmark {
    /// All runs.
    func json() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        write("throughput", throughput, to: &writer) { run in
            [
                ("partitions", Int64(cluster.partitions)), ("batch", Int64(run.contender.batchMax)),
                ("eventsPerSecond", Int64(run.eventsPerSecond)),
                ("processorNanoseconds", Int64(run.processorMicroseconds * 1_000)),
                ("peakResidentBytes", Int64(run.peakResidentBytes)),
                ("outboundSegmentBytes", Int64(run.segmentBytes.outbound)),
                ("changelogSegmentBytes", Int64(run.segmentBytes.changelog)),
                ("ownSegmentBytes", Int64(run.segmentBytes.own)),
            ]
        } program: {
            $0.contender.kind
        }
        write("latency", latency, to: &writer) { run in
            [
                ("rate", Int64(run.rate)), ("p50Ms", run.percentile(0.5)), ("p99Ms", run.percentile(0.99)),
                ("p999Ms", run.percentile(0.999)),
            ]
        } program: {
            $0.contender.kind
        }
        write("restore", restores, to: &writer) { run in
            [
                ("couplings", Int64(run.couplings)), ("recordsPerSecond", Int64(run.workerRate)),
                ("loaderRecordsPerSecond", Int64(run.loaderRate)), ("anonymousBytes", Int64(run.anonymousBytes)),
                ("restartMs", Int64(run.restartSeconds * 1_000)),
                ("restartAnonymousBytes", Int64(run.restartAnonymousBytes)),
                ("changelogSegmentBytes", Int64(run.segmentBytes)),
            ]
        } program: { _ in
            nil
        }
        writer.endObject()
        return writer.bytes + [0x0a]
    }

    private func write<Run>(
        _ name: String,
        _ runs: [Run],
        to writer: inout JSONWriter,
        figures: (Run) -> [(String, Int64)],
        program: (Run) -> Contender.Kind?
    ) {
        writer.key(name)
        writer.beginArray()
        for run in runs {
            writer.beginObject()
            if let kind = program(run) {
                writer.key("program")
                writer.string(kind.rawValue)
            }
            for (name, value) in figures(run) {
                writer.key(name)
                writer.integer(value)
            }
            writer.endObject()
        }
        writer.endArray()
    }
}
