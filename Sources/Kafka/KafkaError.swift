// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CLibrdkafka

/// A failed call, or a failure that librdkafka reports, with what to do about it.
public struct KafkaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What the caller does next.
    public enum Disposition: String, Sendable, Hashable {
        /// The same call again can succeed.
        case retriable
        /// Abort the transaction (outside of one: drop what was read under this assignment), then go on.
        case abortable
        /// A newer instance has taken over; this one stops or is rebuilt, and commits nothing.
        case fenced
        /// The client is unusable; rebuild it.
        case fatal
        /// The same call fails again until somebody changes a setting, a right or the input.
        case permanent
    }

    /// librdkafka's code: below 0 its own, above 0 the broker's.
    public let code: Int32
    /// The code's name, such as `ILLEGAL_GENERATION`.
    public let name: String
    /// What librdkafka or the broker said.
    public let message: String
    /// The operation that failed.
    public let operation: String
    /// What the caller does next.
    public let disposition: Disposition
    /// The partition that failed; nil where the error belongs to none.
    public let partition: TopicPartition?

    /// `operation: message (NAME)`, and the partition where there is one.
    public var description: String {
        let place = partition.map { " \($0)" } ?? ""
        return "\(operation)\(place): \(message) (\(name))"
    }
}

extension KafkaError {
    /// Makes an error of a code, above 0 the broker's and below 0 librdkafka's, with the code's own disposition.
    public init(code: Int32, operation: String, message: String? = nil, partition: TopicPartition? = nil) {
        self.init(
            rd_kafka_resp_err_t(rawValue: code),
            operation: operation,
            message: message,
            partition: partition
        )
    }

    init(
        _ code: rd_kafka_resp_err_t,
        operation: String,
        message: String? = nil,
        partition: TopicPartition? = nil,
        disposition: Disposition? = nil
    ) {
        self.code = code.rawValue
        name = String(cString: rd_kafka_err2name(code))
        self.message = message ?? String(cString: rd_kafka_err2str(code))
        self.operation = operation
        self.partition = partition
        self.disposition = disposition ?? Self.disposition(of: code)
    }

    /// Takes over an error object and frees it.
    init(consuming error: OpaquePointer, operation: String) {
        self.init(borrowing: error, operation: operation)
        rd_kafka_error_destroy(error)
    }

    /// Reads an error object that somebody else frees.
    init(borrowing error: OpaquePointer, operation: String) {
        let code = rd_kafka_error_code(error)
        self.init(
            code,
            operation: operation,
            message: String(cString: rd_kafka_error_string(error)),
            disposition: Self.disposition(
                of: code,
                isFatal: rd_kafka_error_is_fatal(error) != 0,
                requiresAbort: rd_kafka_error_txn_requires_abort(error) != 0,
                isRetriable: rd_kafka_error_is_retriable(error) != 0
            )
        )
    }

    /// Throws unless the code is success.
    static func check(_ code: rd_kafka_resp_err_t, _ operation: String) throws(KafkaError) {
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, operation: operation) }
    }

    /// Throws the error object, freed, where there is one.
    static func check(_ error: OpaquePointer?, _ operation: String) throws(KafkaError) {
        if let error { throw KafkaError(consuming: error, operation: operation) }
    }
}
