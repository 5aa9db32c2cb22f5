// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import Dispatch
import Inspection
import Kafka
import Synchronization
import SyncModel
import Telemetry

/// The records that somebody looks at, with what is known of each: between the threads of HTTP, who searches, who follows
/// the couplings, and who reads on in the other topics.
///
/// Pages on the same record share one watch. A watch begins with a search, so that nothing is missed between what that
/// has read and what is followed; it ends some time after its last page was closed.
final class RecordWatches: Sendable {
    /// Records that are watched at once.
    static let limit = 128
    /// Pages that listen, in all and from one address; less than connections, so that there is room for requests.
    static let listeners = 100
    static let listenersPerAddress = 24
    /// A watch that nobody listens to is kept for so long, in milliseconds: a page that comes again finds it.
    static let lingerMs: Int64 = 60_000
    /// A page is not told that it is up to date while its record's topics wait for longer than this to be read on.
    static let patienceMs: Int64 = 5_000
    /// Pairs of one query whose couplings are kept.
    private static let pairLimit = 1_000

    private struct Watch {
        let query: PairQuery
        let stream: EventStream
        /// Nil until a search has brought one.
        var report: RecordReport?
        /// Another one whenever the report reads otherwise.
        var version = 0
        /// The newest couplings that are meant, by pair key, since the watch began.
        var seen: [String: SeenCoupling] = [:]
        /// Since when the topics of the record wait to be read on; nil: they do not.
        var behindSinceMs: Int64?
        var wantedMs: Int64
    }

    private struct State {
        var watches: [PairQuery: Watch] = [:]
        /// The queries that a pair of some name may be meant by.
        var names: [String: Set<PairQuery>] = [:]
        var version = 0
        /// Where the couplings topics ended, and when that was asked.
        var ends: (atMs: Int64, offsets: [TopicPartition: Int64])?
        /// Reports came that nobody has judged by the couplings as they are followed.
        var hasNews = false
        /// Somebody came who was told nothing yet.
        var hasNewcomer = false
    }

    private let clock: @Sendable () -> Int64
    private let room = EventRoom(limit: RecordWatches.listeners, limitPerAddress: RecordWatches.listenersPerAddress)
    private let state = Mutex(State())
    private let watching = Atomic(false)
    private let hasWork = DispatchSemaphore(value: 0)

    /// Makes a place without watches; `clock` tells the time in milliseconds since 1970.
    init(clock: @escaping @Sendable () -> Int64 = Telemetry.Timestamp.now) { self.clock = clock }

    /// Whether there is any watch; cheap.
    var isWatching: Bool { watching.load(ordering: .relaxed) }

    // MARK: The pages' side

    /// The stream that tells of a record; nil where too many others are watched.
    func listen(to query: PairQuery) -> EventStream? {
        let stream = state.withLock { state -> EventStream? in
            guard let stream = watch(query, &state) else { return nil }
            state.hasNewcomer = true
            return stream
        }
        hasWork.signal()
        return stream
    }

    /// The report on a record as it stands, with its version; nil where it is not watched, or not known yet.
    func shown(_ query: PairQuery) -> (report: RecordReport, version: Int)? {
        state.withLock { state in
            guard let watch = state.watches[query], let report = watch.report else { return nil }
            return (report, watch.version)
        }
    }

    // MARK: The side of who searches

    /// A search on a record is about to begin.
    func expect(_ query: PairQuery) {
        state.withLock { _ = watch(query, &$0) }
    }

    /// A search has brought a report.
    func take(_ report: RecordReport) {
        state.withLock { state in
            guard state.watches[report.query] != nil else { return }
            state.watches[report.query]?.report = report
            state.watches[report.query]?.behindSinceMs = nil
            for pair in report.pairs {
                state.names[pair.coupling.pairKey.description, default: []].insert(report.query)
            }
            state.hasNews = true
            tell(report.query, isNew: true, &state)
        }
    }

    // MARK: The side of who follows the couplings

    /// Takes a record of a couplings topic; older ones of a pair come before newer ones.
    func take(pairKey: String, _ coupling: Coupling?, partition: Int32, offset: Int64) {
        guard isWatching else { return }
        let glance = coupling.map { PairGlance($0, partition: partition) }
        let names = [pairKey] + (glance?.names ?? [])
        state.withLock { state in
            for query in Set(names.compactMap { state.names[$0] }.joined()) {
                let count = state.watches[query]?.seen.count ?? 0
                let isKnown =
                    state.watches[query]?.seen[pairKey] != nil || state.names[pairKey]?.contains(query) == true
                guard isKnown || (glance.map(query.matches) == true && count < Self.pairLimit) else { continue }
                let seen = SeenCoupling(coupling, partition: partition, offset: offset)
                state.watches[query]?.seen[pairKey] = seen
            }
        }
    }

    /// Whether reports came since the couplings were looked at last.
    func takeNews() -> Bool {
        state.withLock { state in
            defer { state.hasNews = false }
            return state.hasNews
        }
    }

    /// Judges all reports by the couplings as they are followed, and tells the pages whose record reads otherwise.
    func judge(by couplings: UnsettledCouplings, _ scope: SearchScope, _ limits: SearchLimits) {
        let known = state.withLock { state in
            state.watches.values.compactMap { watch in watch.report.map { ($0, watch.seen) } }
        }
        let merged = known.map { report, seen in
            var report = report
            for (pairKey, coupling) in seen.sorted(by: { $0.key < $1.key }) {
                report.take(coupling, pairKey: pairKey, limits: limits)
            }
            return report
        }
        let judge = RecordJudge(
            scope: scope,
            limits: limits,
            table: couplings.table,
            for: merged,
            finding: couplings.finding
        )
        for (old, new) in zip(known, merged) {
            var new = new
            judge.judge(&new)
            guard new.differs(from: old.0) else { continue }
            put(new, over: old.0)
        }
    }

    /// Puts a judged report in the place of the one that it was made of.
    private func put(_ report: RecordReport, over old: RecordReport) {
        let now = clock()
        let query = report.query
        state.withLock { state in
            guard let current = state.watches[query]?.report else { return }
            guard current.searchedMs == old.searchedMs else {
                // A search has brought another one meanwhile.
                state.hasNews = true
                return
            }
            var report = report
            report.takeRecords(of: current)
            report.followedSinceMs = current.searchedMs
            report.atMs = now
            // Whatever changes a coupling goes through the other topics.
            if report.hasMoved(since: old), state.watches[query]?.behindSinceMs == nil {
                state.watches[query]?.behindSinceMs = now
                hasWork.signal()
            }
            state.watches[query]?.report = report
            tell(query, isNew: true, &state)
        }
    }

    /// Where the couplings topics ended when somebody asked last, and when that was; nil: nobody waits to hear of it.
    var ends: (atMs: Int64, offsets: [TopicPartition: Int64])? { state.withLock { $0.ends } }

    /// All that the couplings topics had at that time is in the reports: pages are up to date.
    func confirm(asOfMs: Int64) {
        let now = clock()
        state.withLock { state in
            guard state.ends?.atMs == asOfMs else { return }
            state.ends = nil
            for (query, watch) in state.watches where watch.report != nil {
                if let since = watch.behindSinceMs, now - since > Self.patienceMs { continue }
                tell(query, isNew: false, &state)
            }
        }
    }

    // MARK: The side of who reads on

    /// Waits until there may be something to do, at most so long.
    func wait(timeoutMs: Int) { _ = hasWork.wait(timeout: .now() + .milliseconds(timeoutMs)) }

    /// Forgets watches that nobody has listened to for a while; whether anybody listens to the others.
    func sweep() -> Bool {
        let now = clock()
        return state.withLock { state in
            for (query, watch) in state.watches {
                if watch.stream.count > 0 {
                    state.watches[query]?.wantedMs = now
                } else if now - watch.wantedMs > Self.lingerMs || now < watch.wantedMs - Self.lingerMs {
                    forget(query, &state)
                }
            }
            return state.watches.values.contains { $0.stream.count > 0 }
        }
    }

    /// Records that somebody listens to, and of which nothing is known.
    var unknown: [PairQuery] {
        state.withLock { $0.watches.values.filter { $0.report == nil && $0.stream.count > 0 }.map(\.query) }
    }

    /// Whether somebody came since this was asked last.
    func takeNewcomer() -> Bool {
        state.withLock { state in
            defer { state.hasNewcomer = false }
            return state.hasNewcomer
        }
    }

    /// Where the couplings topics end now; who follows them says when it has come so far.
    func ask(for offsets: [TopicPartition: Int64], atMs: Int64) {
        state.withLock { $0.ends = (atMs, offsets) }
    }

    /// Reports that somebody looks at, and whose topics wait to be read on; those that wait longest first.
    func behind() -> [RecordReport] {
        state.withLock { state in
            state.watches.values.filter { $0.behindSinceMs != nil && $0.stream.count > 0 }
                .sorted { ($0.behindSinceMs ?? 0) < ($1.behindSinceMs ?? 0) }.compactMap(\.report)
        }
    }

    /// Takes what the topics have of reports' records; `startMs`: when the reading began.
    func take(recordsOf reports: [RecordReport], startMs: Int64) {
        let now = clock()
        state.withLock { state in
            for report in reports {
                guard let watch = state.watches[report.query], let old = watch.report else { continue }
                // What changed while it was read has to be read once more.
                if let since = watch.behindSinceMs, since < startMs {
                    state.watches[report.query]?.behindSinceMs = old.hasMoved(since: report) ? now : nil
                }
                var new = old
                new.takeRecords(of: report)
                guard new.differs(from: old) else { continue }
                new.followedSinceMs = old.searchedMs
                new.atMs = now
                state.watches[report.query]?.report = new
                tell(report.query, isNew: true, &state)
            }
        }
    }

    // MARK: Under the lock

    private func watch(_ query: PairQuery, _ state: inout State) -> EventStream? {
        let now = clock()
        if let known = state.watches[query] {
            state.watches[query]?.wantedMs = now
            return known.stream
        }
        if state.watches.count >= Self.limit {
            let unheard = state.watches.values.filter { $0.stream.count == 0 }.min { $0.wantedMs < $1.wantedMs }
            guard let unheard else { return nil }
            forget(unheard.query, &state)
        }
        let watch = Watch(query: query, stream: EventStream(room: room), wantedMs: now)
        state.watches[query] = watch
        for name in query.names { state.names[name, default: []].insert(query) }
        watching.store(true, ordering: .relaxed)
        return watch.stream
    }

    private func forget(_ query: PairQuery, _ state: inout State) {
        state.watches[query] = nil
        for (name, queries) in state.names where queries.contains(query) {
            state.names[name]?.remove(query)
            if queries.count == 1 { state.names[name] = nil }
        }
        watching.store(!state.watches.isEmpty, ordering: .relaxed)
    }

    private func tell(_ query: PairQuery, isNew: Bool, _ state: inout State) {
        if isNew {
            state.version += 1
            state.watches[query]?.version = state.version
        }
        guard let watch = state.watches[query] else { return }
        watch.stream.send("state", data: String(watch.version))
    }
}

extension RecordReport {
    /// When its search began.
    fileprivate var searchedMs: Int64 { followedSinceMs ?? atMs }

    /// Whether couplings of it are others than in an older report.
    fileprivate func hasMoved(since other: RecordReport) -> Bool {
        pairs.map(\.offset) != other.pairs.map(\.offset)
            || pairs.map(\.glance.pairKey) != other.pairs.map(\.glance.pairKey)
    }
}

extension PairGlance {
    /// All that queries may name it by.
    fileprivate var names: [String] {
        [pairKey.id, id, rowID] + (key.map { [NaturalKey.normalized($0)] } ?? [])
    }
}

extension PairQuery {
    /// Names of pairs that may be meant, of which each that is meant has one.
    fileprivate var names: Set<String> { [text, text.lowercased(), NaturalKey.normalized(text)] }
}
