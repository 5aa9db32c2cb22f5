// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Testing
import TopicCatalog

@Suite("The topics that the project ships")
struct BundledTopicsTests {
    static let workers = [
        "reference-worker", "unit-worker", "product-worker", "account-worker", "price-worker", "invoice-worker",
    ]

    let catalog: TopicCatalog

    init() throws {
        catalog = try TopicCatalog.bundled()
    }

    @Test func coverBothSidesAndEveryWorker() {
        let names = Set(catalog.topics.map(\.name))
        #expect(catalog.topics.count == names.count)
        #expect(names.filter { $0.hasPrefix("bc.changes.") }.count == 13)
        #expect(names.filter { $0.hasPrefix("crm.outbound.") }.count == 9)
        for worker in Self.workers {
            #expect(names.contains("sync.inbox.\(worker)"))
            #expect(names.contains("sync.couplings.\(worker)"))
        }
        #expect(names.isSuperset(of: ["sync.control", "sync.status", "sync.dead-letters"]))
        #expect(names.count == 13 + 9 + 2 * Self.workers.count + 3)
    }

    @Test func areCopartitionedWhereOneWorkerReadsThem() {
        let read = catalog.topics.filter {
            $0.name.hasPrefix("bc.changes.") || $0.name.hasPrefix("sync.inbox.")
                || $0.name.hasPrefix("sync.couplings.")
        }
        #expect(Set(read.map(\.partitions)) == [6])
    }

    @Test func keepStateByCompactionAndEverythingElseForAWhile() throws {
        for topic in catalog.topics {
            let isState =
                topic.name.hasPrefix("sync.couplings.") || ["sync.control", "sync.status"].contains(topic.name)
            #expect(topic.configuration["cleanup.policy"] == (isState ? "compact" : "delete"), "\(topic.name)")
            #expect((topic.configuration["retention.ms"] == nil) == isState, "\(topic.name)")
        }
    }

    @Test func takeEightMebibytesExceptForTheChangesOfOthers() {
        for topic in catalog.topics {
            let limit = topic.name.hasPrefix("bc.changes.") ? nil : "8388608"
            #expect(topic.configuration["max.message.bytes"] == limit, "\(topic.name)")
        }
    }

    @Test func haveOnePartitionWhereOneIsActive() throws {
        let control = try #require(catalog["sync.control"])
        #expect(control.partitions == 1)
        #expect(control.configuration["cleanup.policy"] == "compact")
    }

    @Test func leaveTheReplicationFactorToTheBroker() {
        for topic in catalog.topics { #expect(topic.configuration["replication.factor"] == nil) }
    }

    @Test func areFoundByNameWithAndWithoutPrefix() throws {
        let plain = try #require(catalog["bc.changes.items"])
        let prefixed = catalog.prefixed("test.")
        let found = try #require(prefixed["test.bc.changes.items"])
        #expect(found.name == "test.bc.changes.items")
        #expect(found.partitions == plain.partitions)
        #expect(found.configuration == plain.configuration)
        #expect(prefixed["bc.changes.items"] == nil)
        #expect(prefixed.topics.count == catalog.topics.count)
        #expect(catalog["bc.changes.nothing"] == nil)
        #expect(catalog.prefixed("").topics == catalog.topics)
    }

    @Test func listTheirSettingsInOrder() throws {
        let inbox = try #require(catalog["sync.inbox.product-worker"])
        #expect(inbox.sortedConfiguration.map(\.name) == ["cleanup.policy", "max.message.bytes", "retention.ms"])
    }
}
