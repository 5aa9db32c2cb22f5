// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import SyncTestSupport

/// Loads side by side, as tables.
struct LoadTables {
    private let all: [LoadFigures]

    init(_ all: [LoadFigures]) { self.all = all }

    /// The tables: the whole, by mapping, by process.
    var texts: [String] { [whole, byMapping, byProcess] }

    private var head: [String] { all.map { $0.hasGates ? "gates" : "no gates" } }

    private static func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
    private static func megabytes(_ kibibytes: Int) -> String { rounded(Double(kibibytes) / 1_024) }

    private var whole: String {
        var table = TableFormatter([""] + head)
        func add(_ name: String, _ value: (LoadFigures) -> String) {
            table.add([TableFormatter.Cell(name)] + all.map { TableFormatter.Cell(value($0)) })
        }
        add("seconds") { Self.rounded($0.seconds) }
        add("outbound changes") { "\($0.changes)" }
        add("most waiting at a time") { "\($0.peakOfAllWaiting)" }
        add("times put to wait") { "\($0.allEverWaited)" }
        add("workers' memory, no file's, MiB") { Self.megabytes($0.peakAnonymousKiB) }
        add("workers' memory, resident, MiB") { Self.megabytes($0.peakResidentKiB) }
        add("states on disk, MiB") { Self.megabytes($0.stateBytes / 1_024) }
        add("workers' processor seconds") { Self.rounded($0.workersProcessorSeconds) }
        add("Kafka's processor seconds") { Self.rounded($0.footprints["kafka"]?.processorSeconds ?? 0) }
        return table.text()
    }

    private var byMapping: String {
        var table = TableFormatter(["mapping: most waiting / times put to wait"] + head)
        for mapping in Set(all.flatMap { Array($0.everWaited.keys) }).sorted() {
            let cells = all.map { "\($0.peakWaiting[mapping] ?? 0) / \($0.everWaited[mapping] ?? 0)" }
            table.add([TableFormatter.Cell(mapping)] + cells.map { TableFormatter.Cell($0) })
        }
        return table.text()
    }

    private var byProcess: String {
        var table = TableFormatter(["process: no file's MiB / resident MiB / processor seconds"] + head)
        for process in Fleet.workers + ["coordinator", "kafka"] {
            let cells = all.map { figures in
                let footprint = figures.footprints[process]
                let memory = [footprint?.anonymousKiB ?? 0, footprint?.residentKiB ?? 0].map(Self.megabytes)
                return (memory + [Self.rounded(footprint?.processorSeconds ?? 0)]).joined(separator: " / ")
            }
            table.add([TableFormatter.Cell(process)] + cells.map { TableFormatter.Cell($0) })
        }
        return table.text()
    }
}
