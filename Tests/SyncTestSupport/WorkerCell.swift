// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import KafkaTestSupport

/// A network and a small disk of their own for one process, so that the network can be cut and the disk filled.
///
/// Both belong to a process that does nothing else: they are gone when it and the worker are, whatever else happens.
/// Making one takes the rights of root and Linux's `unshare`, `nsenter` and `ip`.
public final class WorkerCell {
    /// What a cut lets through.
    public enum Cut: String, Sendable, CaseIterable {
        /// Nothing at all.
        case everything = "nothing passes"
        /// What the worker sends arrives, and no answer does.
        case answers = "no answer passes"
        /// The worker is told at once that nothing can be reached.
        case unreachable = "nothing can be reached"
    }

    /// Where the small disk is, as the process in the cell sees it.
    public let disk: String
    private let link: String
    private let holder: KillableProcess
    private let directory: URL

    /// Makes so many cells that reach this machine at one address, the host; the disks, of that size, lie in memory.
    ///
    /// Throws ``FleetFailure`` where this is not permitted or not possible.
    public static func make(_ count: Int, diskBytes: Int) throws -> (cells: [WorkerCell], host: String) {
        let number = Int(getpid())
        // Of a range for private networks; two runs at a time seldom meet.
        let network = "10.\(200 + number / 250 % 50).\(number % 250 + 1)"
        let cells = try (0..<count).map {
            try WorkerCell(
                link: "cell\(number)-\($0)",
                host: "\(network).1",
                own: "\(network).\($0 + 2)",
                diskBytes: diskBytes
            )
        }
        return (cells, "\(network).1")
    }

    private init(link: String, host: String, own: String, diskBytes: Int) throws {
        self.link = link
        directory = FileManager.default.temporaryDirectory.appending(path: "\(link)-\(UUID().uuidString)")
        disk = directory.appending(path: "disk").path
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        let script = "mount -t tmpfs -o size=\(diskBytes) cell '\(disk)' && ip link set lo up && exec sleep infinity"
        holder = try KillableProcess(
            "/usr/bin/unshare",
            ["--net", "--mount", "/bin/sh", "-c", script],
            environment: [:],
            log: directory.appending(path: "log")
        )
        do {
            // Ready when it has become the one that sleeps.
            let name = "/proc/\(holder.processID)/comm"
            try waitUntil(within: .seconds(20), "a network and a disk of its own") {
                if !holder.isRunning { throw FleetFailure("no namespaces: \(problem)") }
                if (try? String(contentsOfFile: name, encoding: .utf8)) == "sleep\n" { return () }
                // Nothing announces that another program runs in the process, so it is asked for.
                Thread.sleep(forTimeInterval: 0.01)
                return nil
            }
            try run("/usr/sbin/ip link add \(link) type veth peer name eth0 netns \(holder.processID)")
            try run("/usr/sbin/ip address add \(host) peer \(own) dev \(link)")
            try run("/usr/sbin/ip link set \(link) up")
            try run(entering + " /usr/sbin/ip address add \(own) peer \(host) dev eth0")
            try run(entering + " /usr/sbin/ip link set eth0 up")
        } catch {
            close()
            throw error
        }
    }

    deinit { close() }

    /// What stands before the command of a process that is to be in the cell.
    public var launcher: [String] { entering.split(separator: " ").map(String.init) }

    private var entering: String { "/usr/bin/nsenter --net --mount --target \(holder.processID)" }

    /// Where a path of the cell's disk is for everybody else.
    public func outside(_ path: String) -> String { "/proc/\(holder.processID)/root\(path)" }

    /// Cuts the network.
    public func cut(_ cut: Cut) throws {
        switch cut {
        case .everything:
            try run(entering + " /usr/sbin/iptables -A INPUT -i eth0 -j DROP")
            try run(entering + " /usr/sbin/iptables -A OUTPUT -o eth0 -j DROP")
        case .answers: try run(entering + " /usr/sbin/iptables -A INPUT -i eth0 -j DROP")
        case .unreachable: try run(entering + " /usr/sbin/ip link set eth0 down")
        }
    }

    /// Takes a cut back.
    public func mend(_ cut: Cut) throws {
        switch cut {
        case .everything, .answers: try run(entering + " /usr/sbin/iptables -F")
        case .unreachable: try run(entering + " /usr/sbin/ip link set eth0 up")
        }
    }

    private var ballast: String { outside("\(disk)/ballast") }

    /// Takes all room that the disk has left.
    ///
    /// - Returns: how many bytes that was.
    public func fillDisk() throws -> Int {
        let file = open(ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw FleetFailure("no ballast: errno \(errno)") }
        defer { Foundation.close(file) }
        var (size, step) = (0, 16 << 20)
        while step >= 4_096 {
            if posix_fallocate(file, 0, off_t(size + step)) == 0 { size += step } else { step /= 2 }
        }
        return size
    }

    /// Gives the room back.
    public func freeDisk() { unlink(ballast) }

    /// Ends the cell; processes in it lose their network.
    public func close() {
        // Connections that ended while they were cut would keep it a few minutes longer.
        try? run("/usr/sbin/ip link delete \(link)")
        holder.kill()
        try? FileManager.default.removeItem(at: directory)
    }

    private var problem: String {
        (try? String(contentsOf: directory.appending(path: "log"), encoding: .utf8)) ?? "no reason given"
    }

    /// Runs a command whose words hold no space.
    private func run(_ command: String) throws {
        let words = command.split(separator: " ").map(String.init)
        let log = directory.appending(path: "log")
        let process = try KillableProcess(words[0], Array(words.dropFirst()), environment: [:], log: log)
        let code = process.waitUntilExit()
        guard code == 0 else { throw FleetFailure("\(command) ended with \(code): \(problem)") }
    }
}
