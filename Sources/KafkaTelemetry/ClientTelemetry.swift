// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import Kafka
public import Telemetry

/// What a Kafka client says: librdkafka's log goes to our log, its statistics to our metrics.
///
/// One for each client: of lines that it repeats one is told in a while, with a count of those left out.
public final class ClientTelemetry: KafkaObserver {
    /// How often librdkafka is to tell its statistics, in milliseconds.
    public static let intervalMs = 15_000

    private let log: Log
    private let client: String
    private let measures: ClientMeasures?
    private let onError: (@Sendable (KafkaError) -> Void)?
    private let onFailedConnection: (@Sendable () -> Void)?
    private let limiter = LineLimiter()

    /// Makes the observer of a client.
    ///
    /// - Parameters:
    ///   - log: where its lines go.
    ///   - client: the client's name there and in the metrics.
    ///   - measures: gets the statistics; nil where librdkafka is not asked for them.
    ///   - onError: gets every error of the client as a whole, inside the client's calls.
    ///   - onFailedConnection: told of every broker that cannot be connected to, by a thread of the client's own.
    public init(
        _ log: Log,
        client: String,
        measures: ClientMeasures? = nil,
        onError: (@Sendable (KafkaError) -> Void)? = nil,
        onFailedConnection: (@Sendable () -> Void)? = nil
    ) {
        self.log = log
        self.client = client
        self.measures = measures
        self.onError = onError
        self.onFailedConnection = onFailedConnection
    }

    /// Tells a line at the level that it has for us.
    public func log(level: Int, facility: String, message: String) {
        // A connection that a broker has closed, perhaps since nobody used it, is less than an error.
        if level <= 3, facility == "FAIL" { onFailedConnection?() }
        // While a broker is away librdkafka says so several times a second.
        guard let leftOut = level > 6 ? 0 : limiter.admit(facility) else { return }
        var fields: [(String, LogValue)] = [
            ("kafka.client", .string(client)), ("kafka.facility", .string(facility)),
            ("kafka.message", .string(message)),
        ]
        if leftOut > 0 { fields.append(("left.out", .integer(Int64(leftOut)))) }
        switch level {
        // A broker that cannot be reached is retried, and told by the readiness; it is no error of ours.
        case ...4: log.warning("librdkafka", fields)
        case 5, 6: log.info("librdkafka", fields)
        default: log.debug("librdkafka", fields)
        }
    }

    /// Keeps the numbers that operators look at.
    public func statistics(_ json: String) {
        guard let measures, let root = try? JSONDocument().parse(json) else { return }
        measures.take(of: client) { root[$0]?.int64 }
    }

    /// Tells an error; the client goes on trying, so it is a warning.
    public func error(_ error: KafkaError) {
        onError?(error)
        guard let leftOut = limiter.admit("error \(error.name)") else { return }
        var fields: [(String, LogValue)] = [
            ("kafka.client", .string(client)), ("error", .string(error.description)),
        ]
        if leftOut > 0 { fields.append(("left.out", .integer(Int64(leftOut)))) }
        log.warning("librdkafka error", fields)
    }
}
