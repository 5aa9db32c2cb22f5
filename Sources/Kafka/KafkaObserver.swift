// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// Where librdkafka's log lines, statistics and client-wide errors go.
///
/// `log` is called from librdkafka's own threads; the others from inside the client's poll, flush and commit calls.
public protocol KafkaObserver: AnyObject, Sendable {
    /// A log line; `level` as in syslog, from 0 (emergency) to 7 (debug).
    func log(level: Int, facility: String, message: String)
    /// The statistics document, every `statistics.interval.ms`.
    func statistics(_ json: String)
    /// An error of the client as a whole, such as no broker in reach; librdkafka goes on trying.
    func error(_ error: KafkaError)
}
