// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import DataverseSimulator
import JSON
import Synchronization

/// The strict stand-in for Dynamics 365 Sales, shared by the threads that deliver to it and ask it.
public final class SimulatedTarget: Sendable {
    private let simulator: Mutex<DataverseSimulator>

    /// Makes an organization whose base currency has this code.
    public init(baseCurrency: String) {
        simulator = Mutex(DataverseSimulator(baseCurrency: baseCurrency))
    }

    /// Applies a change and answers with its result, both as JSON.
    public func apply(_ change: [UInt8]) -> [UInt8]? {
        simulator.withLock { simulator in
            guard let json = try? JSONDocument().parse(change), let result = try? simulator.apply(json) else {
                return nil
            }
            var writer = JSONWriter()
            result.write(to: &writer)
            return writer.bytes
        }
    }

    /// What was refused.
    public var refusals: [Refusal] { simulator.withLock { $0.refusals } }

    /// Ids of changes that had an effect more than once; a delivery that is repeated has none.
    public var doubled: [String] { simulator.withLock { $0.effects.filter { $0.value > 1 }.map(\.key) } }

    /// The rows of an entity set by id, each with its columns as text.
    public func rows(_ entitySet: String) -> [String: [String: String]] {
        simulator.withLock { $0.rows(entitySet).mapValues(\.columns) }
    }
}
