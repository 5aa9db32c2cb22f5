// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import SyncModel
import TableMappings

/// The latest of what a coordinator knows, for other threads: the coordinator writes it, HTTP routes read it.
public final class CoordinatorView: Sendable {
    private let state = Mutex(CoordinatorSnapshot())
    private let orders = Mutex<[HoldOrder]>([])
    private let listener = Mutex(Listener())

    /// A function that is a generic value itself is wrapped once more each time it is read, until the stack is full.
    private struct Listener {
        var body: (@Sendable () -> Void)?
    }

    /// Makes a view that knows nothing yet.
    public init() {}

    /// Whether the coordinator is the one that opens and closes gates.
    public var isActive: Bool { snapshot.isActive }

    /// The workers whose gates are closed.
    package var closedGates: [String] { snapshot.gates.filter { !$0.isOpen }.map(\.worker) }

    /// Records of lag by worker; empty before Kafka has answered, without those that could not be told.
    public var lags: [String: Int64] { snapshot.lag?.lags ?? [:] }

    /// Records by worker that are sent and do not exist on the other side yet; empty before the couplings are read.
    var unconfirmed: [String: Int64] { state.withLock { $0.unconfirmed } }

    var snapshot: CoordinatorSnapshot { state.withLock { $0 } }

    /// Takes an order for the coordinator's thread; false where too many are on their way.
    func give(_ order: HoldOrder) -> Bool {
        orders.withLock { orders in
            guard orders.count < HoldOrder.limit else { return false }
            orders.append(order)
            return true
        }
    }

    /// Takes an order back that could not be carried out; it comes first again.
    func give(back order: HoldOrder) {
        orders.withLock { $0.insert(order, at: 0) }
    }

    /// The first order that is to be carried out, if there is one.
    func takeOrder() -> HoldOrder? {
        orders.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }

    /// Whom to tell after each of the coordinator's rounds, on its thread.
    func afterRound(_ body: @escaping @Sendable () -> Void) {
        listener.withLock { $0.body = body }
    }

    /// Tells that a round is over.
    func endRound() {
        listener.withLock { $0.body }?()
    }

    func update(_ change: (inout CoordinatorSnapshot) -> Void) {
        state.withLock { change(&$0) }
    }
}
