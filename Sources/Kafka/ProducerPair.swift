// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Two transactional producers used in turn.
///
/// librdkafka backs off 20 ms when a producer's next transaction meets the markers of its last one; the other producer
/// has none. The next batch is still produced only after the last one has committed, or records of one key get out of
/// order.
public final class ProducerPair {
    private let clients: any KafkaClients
    private let configuration: KafkaConfiguration
    private let transactionalIDPrefix: String
    private let observers: [(any KafkaObserver)?]
    private var producers: [any TransactionalClient]
    private var turn = 0
    /// How many of the producers are initialized; a call that timed out goes on with the first that is not.
    private var initialized = 0

    /// Makes producers with the ids `<prefix>-0` and `<prefix>-1`; `initTransactions` comes first.
    ///
    /// `observer` gives each its own, by its number, so that they can be told apart.
    public init(
        configuration: KafkaConfiguration,
        transactionalIDPrefix: String,
        observer: (Int) -> (any KafkaObserver)?,
        clients: any KafkaClients = LibrdkafkaClients()
    ) throws {
        self.clients = clients
        self.configuration = configuration
        self.transactionalIDPrefix = transactionalIDPrefix
        observers = (0..<2).map(observer)
        producers = []
        producers = try makeProducers()
    }

    /// Fences and ends what older producers of both ids left open.
    public func initTransactions(timeoutMs: Int32) throws {
        while initialized < producers.count {
            try producers[initialized].initTransactions(timeoutMs: timeoutMs)
            initialized += 1
        }
    }

    /// The producer whose turn it is: the one that the last call did not give.
    public func next() -> any TransactionalClient {
        defer { turn = 1 - turn }
        return producers[turn]
    }

    /// Destroys both and makes them anew, which ends or aborts what they left open.
    public func rebuild(timeoutMs: Int32) throws {
        close()
        initialized = 0
        producers = try makeProducers()
        try initTransactions(timeoutMs: timeoutMs)
    }

    /// Serves statistics and errors of both.
    public func poll() {
        for producer in producers { producer.poll(timeoutMs: 0) }
    }

    /// Frees both clients; nothing may be produced any more, except after `rebuild`.
    public func close() {
        for producer in producers { producer.close() }
    }

    private func makeProducers() throws -> [any TransactionalClient] {
        try observers.enumerated().map { index, observer in
            try clients.makeTransactionalProducer(
                configuration,
                transactionalID: "\(transactionalIDPrefix)-\(index)",
                observer: observer
            )
        }
    }
}
