// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Kafka
import KafkaTestSupport
import SeededRandom
import SyncTestSupport
import Testing

/// The kinds of faults; each returns when the next one may come, not when all is well again.
extension ProofRun {
    func inject(_ fault: ProofFault) throws {
        let begun = SuspendingClock.now
        let (what, variety): (String, String)
        switch fault {
        case .killedWorker: (what, variety) = try killWorker()
        case .killedBroker: (what, variety) = try killBroker()
        case .pausedWorker: (what, variety) = try pauseWorker()
        case .cutNetwork: (what, variety) = try cutNetwork()
        case .fullDisk: (what, variety) = try fillDisk()
        }
        tally.note(fault, variety)
        let seconds = Int((SuspendingClock.now - begun) / .seconds(1))
        run.say("fault \(tally.faults): \(fault.rawValue): \(what), \(variety); \(seconds) s")
    }

    private func draw(hasCell: Bool = false) throws -> WorkerProcess {
        let all = run.fleet.processes.filter { !hasCell || $0.cell != nil }
        guard !all.isEmpty else { throw FleetFailure("no worker for a fault") }
        return all[random.below(all.count)]
    }

    private func killWorker() throws -> (String, String) {
        let process = try draw()
        let choice = random.below(8)
        // The first kill of a process leaves the copy that comes back later.
        let state: WorkerProcess.State = choice < 5 ? .kept : choice < 7 || !process.hasOlderCopy ? .lost : .older
        try process.killAndRestart(state)
        return ("\(process.worker) \(process.instance)", "state \(state)")
    }

    private func killBroker() throws -> (String, String) {
        let index = random.below(broker.count)
        let isMissed = random.chance(50)
        broker.kill(index)
        if isMissed {
            try broker.awaitLoss(of: index, within: .seconds(120))
            try awaitProgress(random.below(100))
        }
        try broker.start(index)
        try broker.awaitWholeness(within: .seconds(300))
        return ("broker \(index + 1)", isMissed ? "back after the others took over" : "back at once")
    }

    /// Waits until the group has forgotten a member, which is longer than its transaction may take.
    private func awaitLoss(of process: WorkerProcess) throws {
        let name = "\(process.worker)-\(process.instance)-"
        let group = "\(run.fleet.prefix)\(process.worker)"
        let deadline = SuspendingClock.now + .seconds(120)
        var seen = "nothing"
        while SuspendingClock.now < deadline {
            _ = run.fleet.target.waitFor(count: .max, timeoutMs: 200)
            do {
                let members = try ask { try $0.describeGroup(group).members.map(\.id) }
                if !members.contains(where: { $0.hasPrefix(name) }) { return }
                seen = members.joined(separator: ", ")
            } catch {
                seen = "\(error)"
            }
        }
        throw FleetFailure("\(name) is not taken for dead; seen last: \(seen)")
    }

    private func pauseWorker() throws -> (String, String) {
        let process = try draw()
        process.pause()
        defer { process.resume() }
        try awaitLoss(of: process)
        return ("\(process.worker) \(process.instance)", "then going on")
    }

    private func cutNetwork() throws -> (String, String) {
        let process = try draw(hasCell: true)
        let cut = WorkerCell.Cut.allCases[random.below(WorkerCell.Cut.allCases.count)]
        try process.cell?.cut(cut)
        defer { #expect(throws: Never.self) { try process.cell?.mend(cut) } }
        try awaitLoss(of: process)
        return ("\(process.worker) \(process.instance)", cut.rawValue)
    }

    /// The worker ends by itself, saying why, where it has to write more than it has room for: at work or at its start.
    private func fillDisk() throws -> (String, String) {
        let process = try draw(hasCell: true)
        guard let cell = process.cell else { throw FleetFailure("no disk") }
        _ = try cell.fillDisk()
        defer { cell.freeDisk() }
        let deadline = SuspendingClock.now + .seconds(5)
        while process.isRunning, SuspendingClock.now < deadline {
            _ = run.fleet.target.waitFor(count: .max, timeoutMs: 100)
        }
        var variety = "ended at work"
        if process.isRunning {
            // It had room enough so far; it has none to start.
            process.kill()
            let isLost = random.chance(50)
            if isLost {
                try process.prepare(.lost)
                // What was given back is taken too.
                cell.freeDisk()
                _ = try cell.fillDisk()
            }
            try process.start()
            variety = isLost ? "refused an empty start" : "refused a start with its state"
        }
        let code = process.waitUntilExit()
        #expect(code == 1, "a full disk ends \(process.worker) with another code")
        #expect(process.logEnd.contains("no room on the disk"), "\(process.worker) does not say: \(process.logEnd)")
        cell.freeDisk()
        try process.start()
        return ("\(process.worker) \(process.instance)", variety)
    }
}
