// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import Inspection
import Kafka
import Synchronization
import SyncModel
import Telemetry

/// Does what is handed in at the desk, on a thread of its own: reads the topics for searches, sends orders to owners'
/// inboxes; and keeps the newest dead letters in the view.
///
/// Reads outside of any group, and holds up neither gates nor the page, whatever it meets.
final class RecordClerk: Sendable {
    /// Dead letters are looked for so often, in milliseconds.
    static let lettersIntervalMs: Int64 = 10_000
    /// Dead letters that are shown.
    static let letterLimit = 50

    private let configuration: CoordinatorConfiguration
    private let view: CoordinatorView
    private let desk: RecordDesk
    private let log: Log
    private let clock: @Sendable () -> Int64
    private let limits: SearchLimits
    private let isEnding = Atomic(false)
    private let lettersDueMs = Atomic<Int64>(0)

    /// Makes a clerk of the coordinator that writes the view; `clock` tells the time in milliseconds since 1970.
    init(
        _ configuration: CoordinatorConfiguration,
        view: CoordinatorView,
        desk: RecordDesk,
        log: Log,
        limits: SearchLimits = SearchLimits(),
        clock: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        self.view = view
        self.desk = desk
        self.log = log
        self.limits = limits
        self.clock = clock
    }

    /// Works until told to stop; `isStopping` is asked several times a second while nothing is to do.
    func run(isStopping: () -> Bool) {
        while !isStopping() {
            switch desk.take(timeoutMs: 200) {
            case .search(let query): search(query)
            case .action(let number, let action): carryOut(number, action)
            case nil: lookForLettersIfDue()
            }
        }
    }

    /// Gives up what is under way; to be called before the thread is waited for.
    func giveUp() { isEnding.store(true, ordering: .releasing) }

    private func search(_ query: PairQuery) {
        let atMs = clock()
        let result = attempt { cluster in
            let reader = RecordReader(cluster: cluster) { [desk] done, total in
                if done % 1_024 == 0 { desk.tell(percent: Int(done * 100 / max(total, 1))) }
            }
            return try makeSearch(cluster, reader).run(query, now: atMs)
        }
        desk.finish(query, atMs...max(atMs, clock()), result)
    }

    private func makeSearch(_ cluster: Cluster, _ reader: RecordReader) -> RecordSearch {
        let scope = configuration.searchScope(view.snapshot)
        return RecordSearch(cluster: cluster, scope: scope, limits: limits, reader: reader)
    }

    /// Does what an operator asked for, with a line in the log for the audit.
    private func carryOut(_ number: Int, _ action: RecordAction) {
        let result = attempt { cluster in
            let reader = RecordReader(cluster: cluster)
            switch action {
            case .order(let order, let pairKey):
                guard let found = try makeSearch(cluster, reader).pair(named: pairKey) else {
                    throw InspectionError(.refused, "there is no pair '\(pairKey)'")
                }
                let inbox = OwnerInbox(of: found.worker, cluster: cluster, prefix: configuration.topicPrefix)
                _ = try inbox.send(order, to: found.pair, at: clock())
                return "sent to \(found.worker)"
            case .replay(let place):
                let box = DeadLetterBox(cluster: cluster, prefix: configuration.topicPrefix, reader: reader)
                return "sent to \(try box.replay(try box.letter(at: place)))"
            }
        }
        var fields: [(String, LogValue)] = [("audit", .string(action.word)), ("subject", .string(action.subject))]
        switch result {
        case .success(let words):
            log.info("command of the page sent", fields)
            desk.finish(number, .done(words))
        case .failure(let error):
            fields.append(("error", .string(error.description)))
            log.warning("command of the page not sent", fields)
            desk.finish(number, .refused(error.description))
        }
    }

    private func lookForLettersIfDue() {
        let now = clock()
        let due = lettersDueMs.load(ordering: .relaxed)
        guard now >= due || now < due - 600_000 else { return }
        let result = attempt { cluster in
            let box = DeadLetterBox(
                cluster: cluster,
                prefix: configuration.topicPrefix,
                reader: RecordReader(cluster: cluster)
            )
            return try box.glances(Self.letterLimit)
        }
        // Where it does not succeed the coordinator says why, and the last answer stays.
        if case .success(let found) = result {
            view.update { $0.deadLetters = DeadLetterList(newest: found.letters.reversed(), count: found.count) }
        }
        lettersDueMs.store(clock() + Self.lettersIntervalMs, ordering: .relaxed)
    }

    /// Connects, does it and disconnects.
    private func attempt<Value>(_ body: (Cluster) throws -> Value) -> Result<Value, InspectionError> {
        do {
            let cluster = try Cluster(configuration.kafka) { [self] in isEnding.load(ordering: .acquiring) }
            defer { cluster.close() }
            return .success(try body(cluster))
        } catch let error as InspectionError {
            return .failure(error)
        } catch {
            return .failure(InspectionError(.unreachable, "\(error)"))
        }
    }
}
