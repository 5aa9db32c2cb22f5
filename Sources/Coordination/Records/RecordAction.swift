// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Inspection

/// What an operator asked for on the page: an order to a pair's owner, or a dead letter to be sent back.
enum RecordAction: Sendable, Hashable {
    case order(PairOrder, pairKey: String)
    case replay(place: String)

    /// Longest pair key or place, in bytes.
    private static let nameLimit = 2_048

    /// Reads an action from what forms and programs name it by; nil where it is none.
    init?(_ word: String?, pairKey: String?, place: String?) {
        if word == "replay", let place, (1...Self.nameLimit).contains(place.utf8.count) {
            self = .replay(place: place)
        } else if let order = word.flatMap(PairOrder.init(rawValue:)), let pairKey,
            (1...Self.nameLimit).contains(pairKey.utf8.count)
        {
            self = .order(order, pairKey: pairKey)
        } else {
            return nil
        }
    }

    /// One word for programs and the audit log.
    var word: String {
        switch self {
        case .order(let order, _): order.rawValue
        case .replay: "replay"
        }
    }

    /// The pair key or place that it is about.
    var subject: String {
        switch self {
        case .order(_, let pairKey): pairKey
        case .replay(let place): place
        }
    }

    /// What it does, for who is asked.
    var reach: String {
        switch self {
        case .order(let order, _):
            "\(order.summary) Its worker does it in its own order, as soon as it reads its inbox."
        case .replay:
            "Sends the event back to where it came from, as it was. The letter stays; an event that still cannot be read "
                + "becomes another one."
        }
    }
}
