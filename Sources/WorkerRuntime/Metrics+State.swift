// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

extension Metrics {
    /// Adds what the local state takes on its disk, and what is left there; asked for when the metrics are read.
    func addStateMetrics(directory: String) {
        gauge("sync_state_bytes", help: "Bytes on disk of the local state.") {
            let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            return [(labels: [], value: files.reduce(0) { $0 + Self.bytesOnDisk("\(directory)/\($1)") })]
        }
        gauge("sync_state_free_bytes", help: "Bytes that are free on the disk of the local state.") {
            var disk = statvfs()
            guard statvfs(directory, &disk) == 0 else { return [] }
            return [(labels: [], value: Double(disk.f_bavail) * Double(disk.f_frsize))]
        }
    }

    private static func bytesOnDisk(_ path: String) -> Double {
        var file = stat()
        return stat(path, &file) == 0 ? Double(file.st_blocks) * 512 : 0
    }
}
