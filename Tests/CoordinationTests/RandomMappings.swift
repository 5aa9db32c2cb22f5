// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import SyncModel

/// Mappings without circles among workers with them, and who depends on whom, worked out by brute force.
struct RandomMappings {
    let mappings: [TableMapping]

    init(_ generator: inout SeededGenerator) {
        let workers = (0..<Int.random(in: 1...6, using: &generator)).map { "worker\($0)" }
        var mappings: [TableMapping] = []
        for index in 0..<Int.random(in: 1...12, using: &generator) {
            let worker = workers[Int.random(in: 0..<workers.count, using: &generator)]
            let references = mappings.map(\.name).filter { _ in Int.random(in: 0..<4, using: &generator) == 0 }
            mappings.append(.made("M\(index)", worker: worker, refersTo: references))
        }
        self.mappings = mappings
    }

    /// Those that have a mapping that is led to, and from which no way leads back.
    func workerDependencies() -> [String: Set<String>] {
        let byMapping = Self.closed(mappings.flatMap { mapping in mapping.ruleReferences.map { [mapping.name, $0] } })
        func worker(_ name: String) -> String { mappings.first { $0.name == name }?.worker ?? "" }
        let byWorker = Self.closed(byMapping.map { [worker($0[0]), worker($0[1])] }.filter { $0[0] != $0[1] })
        var dependencies: [String: Set<String>] = [:]
        for pair in byMapping.map({ [worker($0[0]), worker($0[1])] })
        where pair[0] != pair[1] && !byWorker.contains([pair[1], pair[0]]) {
            dependencies[pair[0], default: []].insert(pair[1])
        }
        return dependencies
    }

    /// Whether somebody always remains who waits for nobody.
    func isAcyclic(_ dependencies: [String: Set<String>]) -> Bool {
        let pairs = Self.closed(dependencies.flatMap { worker, others in others.map { [worker, $0] } })
        return !pairs.contains { $0[0] == $0[1] }
    }

    /// All pairs that follow from the pairs.
    private static func closed(_ pairs: [[String]]) -> Set<[String]> {
        var closed = Set(pairs)
        while true {
            let size = closed.count
            for first in closed {
                for second in closed where second[0] == first[1] { closed.insert([first[0], second[1]]) }
            }
            if closed.count == size { return closed }
        }
    }
}
