// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Makes the clients of a cluster: librdkafka's of a real one, or those of a simulated cluster.
///
/// Both pass the same conformance suite. A client costs one dynamic call a poll or record; what a record holds is read
/// without any.
public protocol KafkaClients {
    /// Makes a consumer; without a group it is a reader with manual assignment.
    func makeConsumer(
        _ configuration: KafkaConfiguration,
        group: String?,
        observer: (any KafkaObserver)?
    ) throws -> any ConsumerClient
    /// Makes a producer without transactions.
    func makeProducer(
        _ configuration: KafkaConfiguration,
        observer: (any KafkaObserver)?
    ) throws -> any ProducerClient
    /// Makes a producer with transactions.
    func makeTransactionalProducer(
        _ configuration: KafkaConfiguration,
        transactionalID: String,
        observer: (any KafkaObserver)?
    ) throws -> any TransactionalClient
    /// Makes a client that asks for topics, offsets and groups.
    func makeAdmin(_ configuration: KafkaConfiguration, observer: (any KafkaObserver)?) throws -> any AdminClient
}
