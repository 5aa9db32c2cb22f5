// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import CommandLine
import DataverseSimulator
import Foundation
import Kafka
import SyncEngine
import SyncModel
import TableMappings
import Telemetry

/// The demo: Business Central's demo company arrives, in the worst order, complete and in order.
public struct Demo {
    /// What the demo is told.
    public struct Options: Sendable {
        /// The directory of the demo data.
        public var data = "Examples/contoso"
        /// Decides the order of the events.
        public var seed: UInt64 = 1
        /// Every record of every topic goes to this file as one JSON line.
        public var capture: String?
        /// Gives up after so many seconds.
        public var timeLimitInSeconds: Int64 = 60

        /// Makes options with the defaults.
        public init() {}
    }

    private let options: Options
    private let console: Console
    private let target = SimulatedTarget(baseCurrency: "GBP")

    /// Makes the demo.
    public init(_ options: Options, console: Console) {
        self.options = options
        self.console = console
    }

    /// Runs to the end.
    ///
    /// - Returns: 0 only if everything converged.
    public func run() throws -> Int32 {
        let directory = NSTemporaryDirectory() + "local-stack-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var engine = EngineSettings(worker: "", conditions: [.unitGroups, .priceLists])
        engine.localCurrency = "GBP"
        engine.isConfirmed = true
        let stack = try LocalStack(engine: engine, directory: directory, log: Log(format: .automatic, level: .error))
        let startedAt = Telemetry.Timestamp.now()
        var events = try DemoEvents(
            directory: options.data,
            catalog: stack.mappings,
            company: "CRONUS International Ltd.",
            time: startedAt
        )
        events.arrangeWorstFirst(seed: options.seed)
        let conditions = engine.conditions
        let active = stack.mappings.active(conditions: conditions)
        let entities = Set(active.flatMap(\.sourceEntities))
        events.keep { entities.contains($0.entity) }
        console.print(
            "\(events.events.count) events of Business Central's demo company, invoices and prices first (seed \(options.seed))."
        )
        try events.send(stack.kafka)
        try stack.start(target: { [target] in target.apply($0) })
        defer { stack.stop() }
        let capture = try makeCapture()
        defer { try? capture?.close() }
        let names = SyncTopics()
        let monitor = try StackMonitor(
            kafka: stack.kafka,
            partitions: stack.partitions(
                of: capture == nil
                    ? [.changes, .couplings, .outbound].map(names.beginning) + [names.deadLetters] : [""]
            ),
            capture: capture
        )
        defer { monitor.close() }
        let hasConverged = try watch(stack, monitor, events: events.events.count, active: active.map(\.name))
        guard !isOver else { return ExitCode.no.rawValue }
        return try report(stack, monitor, active, hasConverged: hasConverged, startedAt: startedAt)
    }

    /// Whether nobody is there any more to be shown anything, or somebody has seen enough.
    private var isOver: Bool { console.outputFailure != nil || TerminationSignals.isRequested }

    private func makeCapture() throws -> FileHandle? {
        guard let path = options.capture else { return nil }
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else {
            throw CommandError("cannot write to \(path), which --capture names", .usage)
        }
        return file
    }

    /// Shows the progress until everything is at rest.
    private func watch(_ stack: LocalStack, _ monitor: StackMonitor, events: Int, active: [String]) throws -> Bool {
        var groups: [(group: String, partitions: [TopicPartition])] = []
        for name in stack.mappings.workers {
            let prefixes = stack.mappings.mappings.filter { active.contains($0.name) }.topics(of: name)
            groups.append((name, stack.partitions(of: prefixes).filter { prefixes.contains($0.topic) }))
        }
        groups.append(("local-delivery", stack.partitions(of: [SyncTopics().beginning(of: .outbound)])))
        var convergence = try Convergence(kafka: stack.kafka, groups: groups)
        var progress = DemoProgress(console: console, mappings: active)
        let deadline = Telemetry.Timestamp.now() + options.timeLimitInSeconds * 1_000
        while Telemetry.Timestamp.now() < deadline {
            if isOver { return false }
            let taken = try monitor.take(timeoutMs: 100)
            progress.show(monitor, at: Telemetry.Timestamp.now())
            if let failure = stack.failure {
                console.printError("a worker ended: \(failure)")
                return false
            }
            if taken == 0, try convergence.isReached(by: monitor, expectedEvents: events) {
                progress.end(monitor)
                return true
            }
        }
        console.printError(
            "not at rest after \(options.timeLimitInSeconds) s; events still to read: \(try convergence.lag())"
        )
        return false
    }

    private func report(
        _ stack: LocalStack,
        _ monitor: StackMonitor,
        _ active: [TableMapping],
        hasConverged: Bool,
        startedAt: Int64
    ) throws -> Int32 {
        let report = DemoReport(monitor: monitor, mappings: active, console: console)
        console.print("")
        report.printTable()
        report.printChanges()
        report.printExceptions()
        report.printStory(startedAt: startedAt)
        let stuck = Convergence.stuck(monitor.couplings)
        let refused = target.refusals
        for refusal in refused.prefix(10) {
            console.printError("refused by the CRM: \(refusal.pairKey): \(refusal.error.message)")
        }
        for coupling in stuck.prefix(10) { console.printError("stuck without a cause: \(coupling.pairKey)") }
        let ids = monitor.changes.map(\.id)
        let isDoubled = Set(ids).count != ids.count || !target.doubled.isEmpty
        if isDoubled { console.printError("a change was published twice") }
        if monitor.deadLetters > 0 { console.printError("\(monitor.deadLetters) events were dead letters") }
        let isGood = hasConverged && stuck.isEmpty && refused.isEmpty && !isDoubled && monitor.deadLetters == 0
        let seconds = Double((Telemetry.Timestamp.now() - startedAt) / 100) / 10
        console.print(
            isGood
                ? "Everything arrived: \(ids.count) changes, each once, none refused, in \(seconds) s."
                : "Not everything arrived."
        )
        console.print("What to try next: another order (local-stack demo --seed 2), your own Kafka (README.md),")
        console.print("the mappings (syncctl mappings list, syncctl mappings graph).")
        return isGood ? ExitCode.done.rawValue : ExitCode.no.rawValue
    }
}

/// One line that is written over on a terminal, and a plain line every second elsewhere.
struct DemoProgress {
    let console: Console
    let mappings: [String]
    private var last: Int64 = 0

    init(console: Console, mappings: [String]) {
        self.console = console
        self.mappings = mappings
    }

    mutating func show(_ monitor: StackMonitor, at now: Int64) {
        let isTerminal = console.width != nil
        guard now - last >= (isTerminal ? 150 : 1_000) else { return }
        last = now
        if isTerminal {
            console.printRaw("\r\u{1b}[2K" + line(monitor))
        } else {
            console.print(line(monitor))
        }
    }

    func end(_ monitor: StackMonitor) {
        if console.width != nil { console.printRaw("\r\u{1b}[2K") }
        console.print(line(monitor))
    }

    private func line(_ monitor: StackMonitor) -> String {
        var counts = (coupled: 0, waiting: 0, failed: 0)
        for coupling in monitor.couplings.values {
            switch coupling.state {
            case .failed, .skipped: counts.failed += 1
            case .coupled where coupling.waiting == nil: counts.coupled += 1
            case .waiting, .pending, .coupled: counts.waiting += 1
            case .filtered, .broken, .deleted: break
            }
        }
        let read = monitor.events.values.reduce(0, +)
        return "read \(read), waiting \(counts.waiting), coupled \(counts.coupled), failed \(counts.failed), "
            + "changes \(monitor.changes.count)"
    }
}
