// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Inspection
import Kafka

extension Cluster {
    /// Connects, calls the body and disconnects.
    ///
    /// - Throws: what the body throws; Kafka's errors as command errors, with exit code 3 where it cannot be reached.
    static func with<Result>(_ installation: Installation, _ body: (Cluster) throws -> Result) throws -> Result {
        do {
            let cluster = try Cluster(installation.kafka) { TerminationSignals.isRequested }
            defer { cluster.close() }
            return try body(cluster)
        } catch let error as KafkaError {
            throw CommandError("\(error)", error.disposition == .retriable ? .unreachable : .no)
        } catch let error as InspectionError {
            throw CommandError(error.description, ExitCode(error.kind))
        }
    }
}

extension ExitCode {
    fileprivate init(_ kind: InspectionError.Kind) {
        self =
            switch kind {
            case .refused: .no
            case .wrongCall: .usage
            case .unreachable: .unreachable
            }
    }
}
