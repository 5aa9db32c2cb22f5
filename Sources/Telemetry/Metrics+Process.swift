// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Metrics {
    /// Adds what every Prometheus client tells of its process: CPU time, memory, start.
    public func addProcessMetrics() {
        counter("process_cpu_seconds_total", help: "User and system CPU time spent in seconds.") {
            var time = timespec()
            guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return [] }
            return [(labels: [], value: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)]
        }
        gauge("process_resident_memory_bytes", help: "Resident memory size in bytes.") {
            Self.residentBytes().map { [(labels: [], value: $0)] } ?? []
        }
        gauge("process_start_time_seconds", help: "Start time of the process since unix epoch in seconds.")
            .set(Double(Timestamp.now()) / 1_000)
    }

    /// The second number of /proc/self/statm in pages; nil where there is no such file.
    private static func residentBytes() -> Double? {
        guard let stream = fopen("/proc/self/statm", "r") else { return nil }
        defer { fclose(stream) }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = fread(&buffer, 1, buffer.count, stream)
        let fields = String(decoding: buffer[..<count], as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Double(fields[1]) else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }
}
