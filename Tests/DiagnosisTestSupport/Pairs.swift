// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

package import Diagnosis
package import SyncModel

/// Couplings in every state, made for tests; their natural keys are their names.
package enum Pairs {
    /// Whose they are.
    package static let company = "CRONUS"

    /// An id with a number in it.
    package static func id(_ number: Int) -> String {
        let digits = String(number)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }

    /// A coupling in a state.
    package static func coupling(
        _ mapping: String,
        _ key: String?,
        _ number: Int,
        _ state: Coupling.State,
        exists: Bool = false,
        waitsFor: [Waiting.Reference]? = nil,
        error: RecordError? = nil
    ) -> Coupling {
        var coupling = Coupling(
            mapping: mapping,
            company: company,
            id: id(number),
            document: nil,
            state: state,
            bc: .init(
                entity: "items",
                id: id(number),
                key: key,
                version: RecordVersion(sequence: nil, modifiedAt: nil, eventAt: 0)
            ),
            crm: .init(entity: "products", id: NamedUUID.make("\(mapping)/\(number)"))
        )
        coupling.exists = exists
        coupling.error = error
        coupling.failures = error == nil ? 0 : 1
        coupling.tries = coupling.failures
        if let waitsFor {
            let cause = Causation(topic: "bc.changes.items", partition: 0, offset: 7, eventAt: 0)
            var waiting = Waiting(since: 1_000, causation: cause, wish: .upsert, image: Array("{}".utf8))
            waiting.waitsFor = waitsFor
            coupling.waiting = waiting
        }
        return coupling
    }

    /// A pair in a state.
    package static func pair(
        _ mapping: String,
        _ key: String?,
        _ number: Int,
        _ state: Coupling.State,
        exists: Bool = false,
        waitsFor: [Waiting.Reference]? = nil,
        error: RecordError? = nil
    ) -> PairGlance {
        let coupling = coupling(mapping, key, number, state, exists: exists, waitsFor: waitsFor, error: error)
        return PairGlance(coupling, partition: 0)
    }

    /// A waiting pair.
    package static func waiting(_ mapping: String, _ key: String, _ number: Int, for references: [(String, String)])
        -> PairGlance
    {
        pair(
            mapping,
            key,
            number,
            .waiting,
            waitsFor: references.map { Waiting.Reference(mapping: $0.0, key: $0.1, reason: .unseen) }
        )
    }
}
