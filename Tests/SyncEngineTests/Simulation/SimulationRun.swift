// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SeededRandom
import SyncEngine
import SyncModel

/// One run: a script played to all workers, with everything that a network and a crash may do to its order.
final class SimulationRun {
    let seed: UInt64
    let installation: Installation
    let script: Script
    let habits: Script.Habits
    let isConfirmed: Bool
    let isStrict: Bool
    /// What is deleted in Business Central is deleted in Dataverse.
    let deletesOther: Bool
    private(set) var aborts = 0
    private(set) var restarts = 0
    private(set) var events: [String: Int64] = [:]
    private var numbers: SeededGenerator
    private var produced = 0

    init(seed: UInt64, rows: ((inout SeededGenerator) throws -> [DemoCompany.Row])) throws {
        self.seed = seed
        var numbers = SeededGenerator(seed: seed)
        isConfirmed = seed % 2 == 0
        isStrict = isConfirmed || numbers.chance(50)
        let deletesOther = numbers.chance(30)
        var habits = Script.Habits()
        habits.linesApart = numbers.chance(40)
        habits.usesSequences = numbers.chance(60)
        habits.blocksProducts = !(isStrict && !isConfirmed)
        // Unconfirmed deletes need a sink that tries again what others still refer to.
        habits.deletes = deletesOther && !isConfirmed ? ["price-list-lines"] : Set(DemoCompany.entities)
        // Rows that go along with another one are not made anew when that one comes back.
        habits.staysDeleted = deletesOther ? ["price-lists", "items", "resources"] : []
        self.deletesOther = deletesOther
        self.habits = habits
        script = Script(try rows(&numbers), habits, numbers: numbers)
        var options = Installation.Options()
        options.isConfirmed = isConfirmed
        options.instances = 1 + numbers.below(2)
        options.dataverse = DataverseSimulator(baseCurrency: "GBP", isStrict: isStrict)
        options.adjust = {
            $0.deletionPolicy = deletesOther ? .deleteOther : .keep
            $0.errorLimit = 1_000
        }
        installation = try Installation(options)
        self.numbers = numbers
    }

    var description: String {
        "seed \(seed): \(isConfirmed ? "confirmed" : "published"), \(isStrict ? "strict" : "lenient"), "
            + "\(installation.options.instances) instances, lines \(habits.linesApart ? "apart" : "embedded"), "
            + "\(deletesOther ? "deletes" : "keeps") rows, \(postponed) deletes postponed, "
            + "\(script.arrivals.count) events, \(installation.changes.count) changes, \(aborts) aborts, \(restarts) restarts"
    }

    /// Deletes that were refused since rows referred to the row.
    var postponed: Int {
        installation.dataverse.refusals.filter { $0.operation == .delete && $0.error.code == "0x80040227" }.count
    }

    /// Plays the script in disorder, then lets everything come to rest.
    func play() throws {
        while produced < script.arrivals.count || numbers.chance(98) { try step() }
        try installation.settle()
    }

    private func step() throws {
        installation.now += 1
        let index = numbers.below(installation.instances.count)
        let instance = installation.instances[index]
        switch numbers.below(100) {
        case 0..<20: produceSome()
        case 20..<60: try batch(instance)
        case 60..<80:
            if numbers.chance(3), let slot = instance.tailPositions.keys.sorted().randomElement(using: &numbers) {
                installation.rewind(instance, slot, to: numbers.below(50))
            }
            let tails = installation.pendingTails(instance)
            guard !tails.isEmpty else { return }
            try installation.tail(instance, tails[numbers.below(tails.count)], count: 1 + numbers.below(40))
        case 80..<98: try deliverSome()
        case 98:
            restarts += 1
            try installation.restart(index)
        default: try rebalance(instance)
        }
    }

    private func produceSome() {
        for _ in 0..<(1 + numbers.below(25)) where produced < script.arrivals.count {
            let event = script.arrivals[produced]
            produced += 1
            let home = event.value["after"]?["documentId"]?.text ?? event.id
            var key: String? = event.id
            // A connector's object key, no key at all, or another partitioner put the record anywhere.
            var partition = Installation.home(of: home, count: installation.options.partitions)
            switch numbers.below(12) {
            case 0: key = String(decoding: Value.object(["systemId": .text(event.id)]).bytes, as: UTF8.self)
            case 1: key = nil
            default: break
            }
            if key != event.id || numbers.chance(5) {
                partition = Int32(numbers.below(Int(installation.options.partitions)))
            }
            let topic = "bc.changes.\(event.entity)"
            let offset = installation.topics[TopicSlot(topic: topic, partition: partition)]?.count ?? 0
            events["\(topic)|\(partition)|\(offset)"] = event.number
            installation.produce(topic, key: key, value: event.value.bytes, partition: partition, timestamp: event.time)
        }
    }

    private func batch(_ instance: WorkerInstance) throws {
        let slots = installation.pending(instance).shuffled(using: &numbers).prefix(1 + numbers.below(3))
        let releases = [0, 3, 1_000][numbers.below(3)]
        if numbers.chance(10) {
            instance.engine.now = installation.now
            try instance.engine.releaseDueDeletes(limit: 3)
        }
        guard !slots.isEmpty || (releases > 0 && instance.engine.pendingReleases > 0) else { return }
        let aborts = numbers.chance(10)
        if aborts { self.aborts += 1 }
        try installation.batch(instance, slots.map { ($0, 1 + numbers.below(12)) }, releases: releases, aborts: aborts)
    }

    private func deliverSome() throws {
        for _ in 0..<(1 + numbers.below(6)) where !installation.undelivered.isEmpty {
            if isStrict, !isConfirmed {
                try installation.deliver()
            } else {
                try installation.deliver(
                    from: installation.undelivered[numbers.below(installation.undelivered.count)].slot
                )
            }
        }
    }

    /// Two instances of a worker exchange their partitions.
    private func rebalance(_ instance: WorkerInstance) throws {
        guard let other = installation.instances.first(where: { $0.name == instance.name && $0 !== instance }) else {
            return
        }
        let mine = instance.engine.ownedPartitions
        let theirs = other.engine.ownedPartitions
        try installation.assign([], to: other)
        try installation.assign(theirs, to: instance)
        try installation.assign(mine, to: other)
    }
}
