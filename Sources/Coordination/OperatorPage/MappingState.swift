// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel
import TableMappings

/// How things stand with a table mapping, as the page shows it.
struct MappingState: Sendable {
    /// How bad it is, the better first.
    enum Level: String, Sendable, Comparable {
        case ok, waits, held, doubtful, bad

        static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .ok: 0
            case .waits: 1
            case .held: 2
            case .doubtful: 3
            case .bad: 4
            }
        }
    }

    let name: String
    let worker: String
    /// From 1.
    let stage: Int
    /// The mappings that it refers to, and whether nothing waits for it.
    let references: [(name: String, isDeferrable: Bool)]
    /// Records to be read of the topics that feed it; nil where that is not known.
    let lag: Int64?
    let waiting: Int
    let stuck: Int
    let failed: Int
    /// What keeps its topics from being read.
    let heldBy: String?
    let verdict: Verdict?

    /// Its worker is slow, and not with another mapping's records only.
    private var isSlow: Bool { verdict == .slow && lag != 0 }

    /// The worst of it.
    var level: Level {
        if verdict == .stopped || verdict == .stalled { return .bad }
        if failed > 0 || stuck > 0 || isSlow { return .doubtful }
        if heldBy != nil { return .held }
        return waiting > 0 ? .waits : .ok
    }

    /// In a few words, what is not as it should be; empty where all is.
    var remarks: [String] {
        var remarks: [String] = []
        if verdict == .stopped || verdict == .stalled { remarks.append(verdict?.words ?? "") }
        if failed > 0 { remarks.append("\(PageText.short(Int64(failed))) failed") }
        if stuck > 0 { remarks.append("\(PageText.short(Int64(stuck))) stuck") }
        if heldBy != nil { remarks.append("held back") }
        if isSlow { remarks.append("slow") }
        return remarks
    }
}
