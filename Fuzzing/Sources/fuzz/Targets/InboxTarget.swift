// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncEngine
import SyncModel
import SyncTestSupport

/// Records of a worker's inbox: delivery results, operators' commands, forwarded events.
///
/// An input has a record a line. One that begins with `@` and a letter is given the pair and the change on its way of that
/// letter, which nobody would guess.
final class InboxTarget: FuzzTarget {
    private let worker: FuzzedWorker
    private let pairs: [String]

    init() throws {
        // Everything is in flight: its results have not come.
        let worker = try FuzzedWorker(isConfirmed: true)
        self.worker = worker
        for event in try DemoPart.events() {
            try event.value?.withUnsafeBytes { try worker.take(event.entity, key: nil, value: $0) }
        }
        try worker.keepState()
        pairs = try worker.sink.couplings.keys.sorted().filter {
            try worker.engine.tables.load($0)?.coupling.inFlight != nil
        }
    }

    func take(_ input: UnsafeRawBufferPointer) throws {
        for line in input.split(separator: UInt8(ascii: "\n"), maxSplits: 15) {
            let record = try filled(Array(line))
            try record.withUnsafeBytes { try worker.takeInbox($0) }
        }
        try worker.compareState()
        try worker.goBack()
    }

    private func filled(_ line: [UInt8]) throws -> [UInt8] {
        guard line.count > 3, line[0] == UInt8(ascii: "@"), line[2] == UInt8(ascii: "{"), !pairs.isEmpty else {
            return line
        }
        let pair = pairs[Int(line[1] &- UInt8(ascii: "a")) % pairs.count]
        let change = try worker.engine.tables.load(pair)?.coupling.inFlight?.changeID ?? ""
        return Array(#"{"pairKey":"\#(pair)","changeId":"\#(change)","#.utf8) + line.dropFirst(3)
    }
}
