// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncModel
import Testing

/// Commands that come twice: who gave one to a coordinator that died cannot know whether it was sent, and gives it again.
struct RepeatedCommandTests {
    private let customer = Sample.id("customer C1")

    /// The other side refuses a change for good.
    private func refuse(_ change: OutboundChange, _ installation: Installation) throws {
        let refusal: Value = [
            "type": "result", "changeId": .text(change.changeID), "mapping": .text(change.mapping),
            "pairKey": .text(change.pairKey.description), "status": "failed", "recordId": .text(change.recordID),
            "etag": .null, "related": [:], "attempts": 1,
            "error": ["class": "permanent", "code": "0x80040265", "message": "refused"],
        ]
        installation.produce(
            change.replyTopic,
            key: change.pairKey.description,
            value: refusal.bytes,
            partition: change.replyPartition
        )
        try installation.runWorkers()
    }

    @Test(arguments: ["retry", "restore"])
    func areDoneOnce(command: String) throws {
        let once = try operations(command, times: 1)
        #expect(once.prefix(2) == [.create, .create])
        for times in 2...3 { #expect(try operations(command, times: times) == once) }
    }

    /// What goes out for a customer whose create was refused, with a command that is given so many times, and once more
    /// after it has arrived.
    private func operations(_ command: String, times: Int) throws -> [SyncModel.Operation] {
        let installation = try Installation(.init(isConfirmed: true))
        installation.send("customers", Sample.customer("C1"))
        try installation.runWorkers()
        try refuse(try #require(installation.changes.last), installation)
        if command == "restore" {
            for _ in 0..<times { try installation.command("skip", "CUSTOMER", customer) }
            try installation.runWorkers()
            #expect(try installation.coupling("CUSTOMER", customer)?.state == .skipped)
        }
        for _ in 0..<times { try installation.command(command, "CUSTOMER", customer) }
        try installation.settle()
        #expect(try installation.coupling("CUSTOMER", customer)?.state == .coupled)
        if times > 1 {
            try installation.command(command, "CUSTOMER", customer)
            try installation.settle()
        }
        return installation.changes("CUSTOMER", customer).map(\.operation)
    }
}
