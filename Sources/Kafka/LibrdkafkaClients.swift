// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The clients of this library.
public struct LibrdkafkaClients: KafkaClients {
    /// Makes the factory; the clients' configurations say which cluster they reach.
    public init() {}

    /// Makes a ``Consumer``.
    public func makeConsumer(
        _ configuration: KafkaConfiguration,
        group: String?,
        observer: (any KafkaObserver)?
    ) throws -> any ConsumerClient {
        try Consumer(configuration: configuration, group: group, observer: observer)
    }

    /// Makes a ``Producer``.
    public func makeProducer(
        _ configuration: KafkaConfiguration,
        observer: (any KafkaObserver)?
    ) throws -> any ProducerClient {
        try Producer(configuration: configuration, observer: observer)
    }

    /// Makes a ``TransactionalProducer``.
    public func makeTransactionalProducer(
        _ configuration: KafkaConfiguration,
        transactionalID: String,
        observer: (any KafkaObserver)?
    ) throws -> any TransactionalClient {
        try TransactionalProducer(configuration: configuration, transactionalID: transactionalID, observer: observer)
    }

    /// Makes an ``Admin``.
    public func makeAdmin(
        _ configuration: KafkaConfiguration,
        observer: (any KafkaObserver)?
    ) throws -> any AdminClient {
        try Admin(configuration: configuration, observer: observer)
    }
}
