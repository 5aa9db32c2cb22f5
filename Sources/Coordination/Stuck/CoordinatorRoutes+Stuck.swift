// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import JSON
import SyncModel
import Telemetry

/// What waits and what failed.
extension CoordinatorRoutes {
    /// Records in an answer where no `limit` is given.
    private static let usualLimit = 50

    func addStuckRoutes(to server: HTTPServer) {
        server.route("GET", "/api/waiting") { request in answer(request, writeWaiting) }
        server.route("GET", "/api/failed") { request in answer(request, writeFailed) }
    }

    /// Answers with at most so many records as the request asks for.
    private func answer(_ request: HTTPRequest, _ write: (inout JSONWriter, Int) -> Void) -> HTTPResponse {
        guard let text = request.query("limit") else { return answer { write(&$0, Self.usualLimit) } }
        guard let limit = Int(text), (0...StuckFinder.shownLimit).contains(limit) else {
            return .text("limit is a whole number from 0 to \(StuckFinder.shownLimit)\n", status: 400)
        }
        return answer { write(&$0, limit) }
    }

    func writeWaiting(to writer: inout JSONWriter, limit: Int) {
        let report = view.snapshot.stuck
        writer.object { writer in
            writeHead(report, to: &writer)
            writer.member("total", Int64(report?.waitingCount ?? 0))
            writer.member("stuck", Int64(report?.stuckCount ?? 0))
            writer.member("stuckAfterSeconds", configuration.stuckAfterMs / 1_000)
            writer.array("causes", report?.tallies ?? []) { writer, tally in
                writer.object { writer in
                    writer.member("records", Int64(tally.records))
                    write(tally.cause, to: &writer)
                }
            }
            writer.array("records", report?.longest.prefix(limit) ?? []) { writer, record in
                writer.object { writer in
                    writer.member("pairKey", record.pair.pairKey.description)
                    writer.member("mapping", record.pair.pairKey.mapping)
                    writer.member("key", record.pair.name)
                    writer.member("since", record.pair.waitsSince.map { SyncModel.Timestamp.text(milliseconds: $0) })
                    writer.member("stuck", record.isStuck)
                    writer.array("chains", zip(record.chains, record.causes)) { writer, chain in
                        writer.object { writer in
                            write(chain.1, to: &writer)
                            writer.member("length", Int64(chain.0.links.count))
                            // Of a long one both ends say enough.
                            writer.array("links", chain.0.ends(4)) { write($1, to: &$0) }
                        }
                    }
                }
            }
        }
    }

    func writeFailed(to writer: inout JSONWriter, limit: Int) {
        let report = view.snapshot.stuck
        writer.object { writer in
            writeHead(report, to: &writer)
            writer.member("total", Int64(report?.failedCount ?? 0))
            writer.array("records", report?.failures.prefix(limit) ?? []) { writer, pair in
                writer.object { writer in
                    writer.member("pairKey", pair.pairKey.description)
                    writer.member("mapping", pair.pairKey.mapping)
                    writer.member("key", pair.name)
                    writer.member("state", pair.state.rawValue)
                    writer.member("failures", Int64(pair.failures))
                    writer.member("tries", Int64(pair.tries))
                    writer.member("errorClass", pair.error?.errorClass.rawValue)
                    writer.member("code", pair.error?.code)
                    writer.member("message", pair.error?.message)
                    writer.member("updatedAt", SyncModel.Timestamp.text(milliseconds: pair.updatedAt))
                }
            }
        }
    }

    private func writeHead(_ report: StuckReport?, to writer: inout JSONWriter) {
        writer.member("at", report.map { SyncModel.Timestamp.text(milliseconds: $0.atMs) })
        writer.member("complete", report?.isComplete ?? false)
        writer.member("truncated", report?.isTruncated ?? false)
    }

    private func write(_ cause: RootCause, to writer: inout JSONWriter) {
        writer.member("cause", cause.word)
        writer.member("mapping", cause.link.mapping)
        writer.member("key", cause.link.key)
        writer.member("text", "\(cause.link.mapping) \(cause.link.key) \(cause.words)")
    }

    private func write(_ link: WaitingChain.Link, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("mapping", link.mapping)
            writer.member("key", link.key)
            writer.member("finding", link.finding.word)
        }
    }
}
