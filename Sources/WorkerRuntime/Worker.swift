// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import Kafka
public import StateStore
import SyncEngine
import SyncModel
public import Telemetry

/// A worker: change events in, outbound changes and couplings out, exactly once.
///
/// One thread polls, decides and produces. Everything that one batch of events leads to (outbound changes, coupling
/// records, forwarded events, dead letters, consumed offsets) becomes visible in one Kafka transaction; the local state
/// follows it in one LMDB transaction, and falls back with it.
public final class Worker {
    let configuration: WorkerConfiguration
    let clients: any KafkaClients
    let telemetry: WorkerTelemetry
    let clock: @Sendable () -> Int64
    let store: StateStore
    let state: LocalState
    let sink: TransactionSink
    let engine: SyncEngine<LocalState>
    let admin: any AdminClient
    var consumer: any ConsumerClient
    let tail: ChangelogTail
    let producers: ProducerPair
    let control: ControlState
    let status: StatusReporter
    let instance: String

    var batch: Batch?
    var topicNames: TopicNames
    var unfinished = UnfinishedRecords()
    let unread: UnreadRecords
    var assigned: [TopicPartition] = []
    var restoration: Restoration?
    var ends: [TopicPartition: Int64] = [:]
    var committed: [TopicPartition: Int64] = [:]
    /// Where the own changelogs ended before the open batch; see `noteOwnEndsIfDue`.
    var ownEnds: [TopicPartition: Int64] = [:]
    var lastOwnEnds: Int64 = 0
    var stopped: Set<TopicPartition> = []
    /// What is paused by gates, holds and stops; nil while partitions are not taken up yet, and all of them are.
    var paused: Set<TopicPartition>?
    var silentEvents: SilentPartitions
    var silentChangelogs: SilentPartitions
    /// The ids that this process has had in its group.
    var memberIDs: Set<String> = []
    /// When another process with our name took our place in the group.
    var displacements: [Int64] = []
    var lastCommit: Int64 = 0
    var lastForgotten: Int64 = 0
    var lastDeleteLook: Int64 = 0
    var lastBrokerLook: Int64 = 0
    var assignmentError: (any Error)?
    var mustRebuildProducers = false
    var needsRecovery = false
    /// The topics of which other partitions are assigned, since when, and when the partition counts were asked for.
    var mismatch: (topics: [String], since: Int64, asked: Int64?)?

    /// Opens the local state, checks the topics and makes the Kafka clients; `run` joins the group.
    ///
    /// Waits, telling why in log and readiness, while Kafka cannot be reached, and asks `isStopping` meanwhile; `clock`
    /// tells the time in milliseconds since 1970, and `clients` makes what speaks with Kafka. A `store` that is given is
    /// open already.
    ///
    /// - Throws: `StateStoreError`, `WorkerError`, `KafkaError`; `CancellationError` when told to stop while waiting.
    public init(
        _ configuration: WorkerConfiguration,
        log: Log,
        metrics: Metrics,
        health: Health,
        clock: @escaping @Sendable () -> Int64,
        clients: any KafkaClients = LibrdkafkaClients(),
        isStopping: () -> Bool,
        store: StateStore? = nil
    ) throws {
        let configuration = configuration.withStatistics
        self.configuration = configuration
        self.clock = clock
        self.clients = clients
        silentEvents = SilentPartitions(now: clock())
        silentChangelogs = SilentPartitions(now: clock())
        let log = log.with(["worker": configuration.worker])
        let worker = configuration.worker
        telemetry = WorkerTelemetry(worker: worker, log: log, metrics: metrics, health: health, clock: clock)
        metrics.addStateMetrics(directory: configuration.stateDirectory)
        health.set(reason: "starting", for: "worker")
        self.store = try store ?? StateOpening.open(configuration)
        if self.store.wasDiscarded {
            log.warning("the local state is of a crashed machine or an older version; it is read again from Kafka")
        }
        instance = try configuration.instance ?? InstanceName.kept(in: configuration.stateDirectory)
        admin = try clients.makeAdmin(configuration.kafka, observer: telemetry.observer(of: "admin"))
        let topics = try TopicCheck(configuration, admin: admin, telemetry: telemetry).wait(isStopping: isStopping)
        guard let count = topics[configuration.inboxTopic] else {
            throw WorkerError.topicMissing(configuration.inboxTopic)
        }
        topicNames = TopicNames(prefix: configuration.topicPrefix)
        state = LocalState(self.store)
        sink = TransactionSink(configuration, telemetry: telemetry)
        engine = SyncEngine(
            settings: configuration.engine,
            mappings: configuration.mappings,
            store: state,
            sink: sink,
            homePartition: { Murmur2.partition(forKey: $0, count: count) }
        )
        control = ControlState(worker: configuration.worker)
        tail = try ChangelogTail(
            configuration,
            clients: clients,
            admin: admin,
            telemetry: telemetry,
            control: control,
            partitionCounts: topics
        )
        consumer = try Worker.makeConsumer(configuration, clients, instance: instance, telemetry)
        producers = try ProducerPair(
            configuration: configuration.kafka,
            transactionalIDPrefix: "\(configuration.topicPrefix)\(configuration.worker)-\(instance)",
            observer: telemetry.transactionsObserver,
            clients: clients
        )
        unread = UnreadRecords(configuration, clients, telemetry: telemetry)
        status = try StatusReporter(configuration, clients, instance: instance, telemetry: telemetry)
    }

    /// Works until told to stop; work in flight is then committed and the partitions handed back.
    ///
    /// - Throws: what cannot be mended by reading the state again; `CancellationError` when told to stop before it began.
    public func run(isStopping: () -> Bool) throws {
        try start(isStopping: isStopping)
        while !isStopping() { try step() }
        try stop()
    }

    /// Readies the transactions and joins the group.
    package func start(isStopping: () -> Bool) throws {
        try initializeTransactions(isStopping: isStopping)
        try tail.rewind(state)
        try subscribe()
        telemetry.health.set(reason: nil, for: "worker")
        telemetry.health.set(reason: "waiting for an assignment", for: "assignment")
        telemetry.log.info("running", [("sync.instance", .string(instance))])
    }

    /// One round: what it finds to do, or a little wait; a failure that can be mended begins the mending.
    package func step() throws {
        do {
            if needsRecovery { try recover() } else { try work() }
        } catch let error as KafkaError where error.disposition != .permanent {
            try giveUpBatch(after: error)
        } catch let error as StateStoreError where error.isRoomExhausted {
            telemetry.log.info("the batch needs more room in the local state; it is repeated with more")
            abandonBatch()
            needsRecovery = true
        }
    }

    private func initializeTransactions(isStopping: () -> Bool) throws {
        while true {
            do {
                return try producers.initTransactions(timeoutMs: 5_000)
            } catch let error as KafkaError where error.disposition == .retriable {
                if isStopping() { throw CancellationError() }
                telemetry.health.set(reason: "transactions cannot begin: \(error.name)", for: "worker")
                telemetry.log.warning("transactions cannot begin yet", [("error", .string(error.description))])
            }
        }
    }

    /// Commits the work in flight and hands the partitions back.
    package func stop() throws {
        telemetry.health.set(reason: "stopping", for: "worker")
        do {
            try commitBatch()
        } catch let error as KafkaError {
            telemetry.log.warning(
                "the last batch is not committed; it is read again",
                [("error", .string(error.description))]
            )
            abandonBatch()
        }
        consumer.close()
        status.close()
        unread.close()
        tail.close()
        producers.close()
        state.abort()
        try store.close()
        telemetry.log.info("stopped")
    }
}
