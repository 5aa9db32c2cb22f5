// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
package import JSON
import SyncModel

/// The report as programs get it, from the coordinator and from `syncctl explain --json`.
extension RecordReport {
    /// The report as JSON.
    package var json: [UInt8] {
        var writer = JSONWriter(reserving: 4_096)
        write(to: &writer)
        return writer.bytes
    }

    /// Writes the report.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("query", query.text)
            writer.member("mapping", query.mapping)
            writer.member("at", Timestamp.text(milliseconds: atMs))
            writer.member("tookMilliseconds", tookMs)
            writer.member("couplings", Int64(couplings))
            writer.member("found", isFound)
            writer.array("caveats", caveats) { $0.string($1) }
            writer.array("pairs", pairs) { $1.write(to: &$0) }
            writer.array("others", others) { $0.string($1.description) }
            writer.array("absent", absent) { writer, absent in
                writer.object { writer in
                    absent.cause.write(to: &writer)
                    absent.waiters.write(to: &writer)
                }
            }
            writer.array("events", events) { $1.write(to: &$0) }
            writer.array("unread", unread) { $1.write(to: &$0) }
            writer.array("deadLetters", deadLetters) { $1.write(to: &$0) }
        }
    }
}

extension RecordReport.Pair {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("pairKey", glance.pairKey.description)
            writer.member("mapping", glance.pairKey.mapping)
            writer.member("key", glance.name)
            writer.member("state", glance.state.rawValue)
            writer.member("exists", glance.exists)
            writer.member("partition", Int64(glance.partition))
            writer.member("text", "\(glance.pairKey.mapping) \(glance.name) \(standing.words)")
            writer.member("advice", standing.advice)
            writer.array("causes", zip(chains, causes)) { Self.write($1.0, $1.1, to: &$0) }
            writer.member("obstacle", obstacle?.words)
            writer.member("traceId", traceID)
            waiters.write(to: &writer)
            writer.array("events", events) { $1.write(to: &$0) }
            writer.array("changes", changes) { $1.write(to: &$0) }
            writer.array("inbox", inbox) { $1.write(to: &$0) }
            writer.array("deadLetters", deadLetters) { $1.write(to: &$0) }
            writer.key("coupling")
            coupling.write(to: &writer)
        }
    }

    private static func write(_ chain: WaitingChain, _ cause: RootCause, to writer: inout JSONWriter) {
        writer.object { writer in
            cause.write(to: &writer)
            writer.member("length", Int64(chain.links.count))
            // Of a long one both ends say enough.
            writer.array("links", chain.ends(16)) { writer, link in
                writer.object { writer in
                    writer.member("mapping", link.mapping)
                    writer.member("key", link.key)
                    writer.member("finding", link.finding.word)
                }
            }
        }
    }
}

extension RecordReport.Unread {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("place", event.place)
            writer.member("mapping", mapping)
            writer.member("worker", worker)
            writer.member("cause", obstacle?.kind.rawValue ?? "unread")
            writer.member("text", "\(event.place) \(words)")
        }
    }
}

extension RecordReport.Waiters {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("waiters", Int64(count))
        writer.array("firstWaiters", first) { writer, pair in
            writer.object { writer in
                writer.member("pairKey", pair.pairKey.description)
                writer.member("mapping", pair.pairKey.mapping)
                writer.member("key", pair.name)
            }
        }
    }
}

extension RootCause {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("cause", word)
        writer.member("mapping", link.mapping)
        writer.member("key", link.key)
        writer.member("text", "\(link.mapping) \(link.key) \(words)")
        writer.member("advice", advice)
    }
}

extension SeenRecord {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("topic", topic)
            writer.member("partition", Int64(partition))
            writer.member("offset", offset)
            writer.member("at", timestampMs >= 0 ? Timestamp.text(milliseconds: timestampMs) : nil)
            writer.member("what", what)
            writer.member("traceId", traceID)
            writer.member("unread", isUnread)
            writer.member("bytes", byteCount.map(Int64.init))
            writer.member("value", value)
        }
    }
}

extension DeadLetterGlance {
    /// Writes what is told of it without its contents.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("place", place)
            writer.member("time", time)
            writer.member("worker", worker)
            writer.member("topic", topic)
            writer.member("partition", partition.map(Int64.init))
            writer.member("offset", offset)
            writer.member("errorClass", errorClass)
            writer.member("error", error)
            writer.member("bytes", byteCount.map(Int64.init))
            writer.member("recordId", recordID)
        }
    }
}
