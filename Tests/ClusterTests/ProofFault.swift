// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SeededRandom

/// What a proof does to brokers and workers.
enum ProofFault: String, CaseIterable {
    case killedWorker = "worker killed (kill -9)"
    case killedBroker = "broker killed (kill -9)"
    case pausedWorker = "worker paused past session and transaction (SIGSTOP, SIGCONT)"
    case cutNetwork = "network cut past session and transaction"
    case fullDisk = "disk of the state full"

    /// Of 20 faults so many are of this kind.
    var share: Int {
        switch self {
        case .killedWorker: 8
        case .killedBroker, .pausedWorker, .cutNetwork, .fullDisk: 3
        }
    }

    /// Whether it takes a network or a disk that is the worker's alone.
    var needsCell: Bool { self == .cutNetwork || self == .fullDisk }
}

/// Draws faults so that each kind has its share early on.
struct ProofDeck {
    private let kinds: [ProofFault]
    private var left: [ProofFault] = []

    init(hasCells: Bool) {
        kinds = ProofFault.allCases.filter { hasCells || !$0.needsCell }
            .flatMap { Array(repeating: $0, count: $0.share) }
    }

    mutating func draw(using random: inout SeededGenerator) -> ProofFault {
        if left.isEmpty { left = kinds.shuffled(using: &random) }
        return left.removeLast()
    }
}
