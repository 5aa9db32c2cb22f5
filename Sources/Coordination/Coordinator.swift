// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import Kafka
import KafkaTelemetry
import SyncModel
import TableMappings
public import Telemetry

/// Opens and closes the workers' gates in the order of their dependencies.
///
/// Any number of them runs; the one that is assigned the single partition of `sync.control` decides, the others show the
/// same and take over. Used from one thread; what it knows is in its view, for others to read.
public final class Coordinator {
    /// What the coordinator knows, for its HTTP routes.
    public let view: CoordinatorView

    let configuration: CoordinatorConfiguration
    let telemetry: CoordinatorTelemetry
    let decider: GateDecider
    let clock: @Sendable () -> Int64
    let clients: any KafkaClients
    let admin: any AdminClient
    /// In the group, to be told who is active; its records are not read.
    let member: any ConsumerClient
    /// Outside of the group, reads control and status whole.
    let reader: any ConsumerClient
    var producer: (any ProducerClient)?
    var ledger = ControlLedger()
    var role = Role.standby
    /// The offset behind the last record of `sync.control` that was read.
    var controlPosition: Int64 = 0
    var lastPollMs: Int64?
    /// When lag was asked for last, also only for the gates.
    var lastLookMs: Int64 = 0
    /// A gate is closed or may have to close soon.
    var isInMotion = false
    /// The group knows this coordinator.
    var isMember = false
    /// Tells the signs of life; a producer of its own, since their loss matters less than that of gates.
    var reporter: (any ProducerClient)?
    var lastReportMs: Int64 = 0
    var toldActive = false
    var toldVerdicts: [Verdict] = []
    /// Where the process serves its endpoints, once known.
    var url = ""
    var lagJudge = LagJudge()

    /// Whether this coordinator decides.
    enum Role: Equatable {
        case standby
        /// Assigned, but without having read what its predecessor said last: up to that end, once it is known.
        case takingOver(end: Int64?)
        case active
    }

    /// Makes a coordinator; nothing is waited for.
    ///
    /// - Parameters:
    ///   - configuration: what it is told.
    ///   - log: where gates and troubles are told.
    ///   - metrics: gets `kafka_consumergroup_lag`, `sync_gate_open`, `sync_gate_changes_total`, `sync_worker_verdict`,
    ///     `sync_coordinator_active` and `sync_coordinator_takeovers_total`.
    ///   - health: says why it does not do its work.
    ///   - clock: the time in milliseconds since 1970.
    ///   - view: where it puts what it knows.
    ///   - clients: makes what speaks with Kafka.
    /// - Throws: `CoordinatorError.circle`; `KafkaError` for properties that librdkafka refuses.
    public init(
        _ configuration: CoordinatorConfiguration,
        log: Log,
        metrics: Metrics,
        health: Health,
        clock: @escaping @Sendable () -> Int64,
        view: CoordinatorView = CoordinatorView(),
        clients: any KafkaClients = LibrdkafkaClients()
    ) throws {
        if let circle = ReferenceGraph(mappings: configuration.mappings).cycle() {
            throw CoordinatorError.circle(circle)
        }
        self.configuration = configuration
        self.clock = clock
        self.view = view
        self.clients = clients
        telemetry = CoordinatorTelemetry(
            log: log,
            metrics: metrics,
            health: health,
            view: view,
            mappings: configuration.mappings.map(\.name)
        )
        telemetry.set(stage: "starting")
        decider = GateDecider(
            graph: WorkerGraph(mappings: configuration.mappings),
            high: configuration.gateHigh,
            low: configuration.gateLow
        )
        admin = try clients.makeAdmin(configuration.kafka, observer: ClientTelemetry(log, client: "admin"))
        member = try clients.makeConsumer(
            configuration.member,
            group: configuration.group,
            observer: ClientTelemetry(log, client: "member")
        )
        reader = try clients.makeConsumer(
            configuration.kafka,
            group: nil,
            observer: ClientTelemetry(log, client: "records")
        )
    }

    /// Works until told to stop; the gates then stay as they are.
    ///
    /// - Parameter isStopping: asked several times a second, and at least every few seconds while Kafka is away.
    /// - Throws: `CoordinatorError` for topics that do not fit; `KafkaError` where a client cannot go on.
    public func run(isStopping: () -> Bool) throws {
        defer { close() }
        guard try start(isStopping: isStopping) else { return }
        while !isStopping() { try step() }
        sayGoodbye()
        telemetry.set(stage: "stopping")
    }

    /// Joins the group and begins to read, once the topics are there; false where told to stop before that.
    package func start(isStopping: () -> Bool) throws -> Bool {
        guard try waitForTopics(isStopping: isStopping) else { return false }
        let control = TopicPartition(configuration.controlTopic, 0)
        try reader.assign([
            control: Consumer.beginning, TopicPartition(configuration.statusTopic, 0): Consumer.beginning,
        ])
        try member.subscribe([configuration.controlTopic], startOffsets: nil) { [unowned self] in rebalanced($0) }
        telemetry.set(stage: "reading \(configuration.controlTopic)")
        return true
    }

    /// One round: what the group, the topics, operators and lag say, and what follows.
    package func step() throws {
        try followGroup()
        try readRecords(timeoutMs: 100)
        try carryOutOrders()
        try askIfDue()
        reportIfDue()
    }

    /// Makes a producer; `client` is its name in the log.
    func makeProducer(_ client: String) throws -> any ProducerClient {
        try clients.makeProducer(configuration.kafka, observer: ClientTelemetry(telemetry.log, client: client))
    }

    /// Whether the topics are there; false where told to stop before Kafka has answered.
    private func waitForTopics(isStopping: () -> Bool) throws -> Bool {
        while !isStopping() {
            do {
                let found = try admin.topics(timeoutMs: 1_000)
                for topic in [configuration.controlTopic, configuration.statusTopic] where found[topic] == nil {
                    throw CoordinatorError.topicMissing(topic)
                }
                if let count = found[configuration.controlTopic], count != 1 {
                    throw CoordinatorError.partitionCount(topic: configuration.controlTopic, found: count)
                }
                telemetry.set(trouble: nil, for: "kafka")
                return true
            } catch let error as KafkaError where error.disposition == .retriable {
                telemetry.set(trouble: "Kafka cannot be reached: \(error.name)", for: "kafka")
            }
        }
        return false
    }

    private func close() {
        member.close()
        reader.close()
        producer?.close()
        reporter?.close()
        admin.close()
    }
}
