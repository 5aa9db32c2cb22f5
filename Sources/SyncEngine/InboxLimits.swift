// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// What is taken over from a record of the inbox at most.
///
/// An inbox takes records of 8 MiB, and so do couplings and dead letters: what came in that size would not fit into them
/// with what they say besides, and the worker would try for ever.
enum InboxLimits {
    /// Characters of an error's code.
    static let codeLength = 100
    /// Characters of an error's message.
    static let messageLength = 2_000
    /// Bytes of a version tag, a role, an entity set, a row's id.
    static let nameBytes = 256
    /// Rows that were made along with another.
    static let relatedRows = 32

    /// The entity of a change topic; nil where that is no name of a topic.
    static func entity(ofTopic topic: String) -> String? {
        let isName =
            (1...249).contains(topic.utf8.count)
            && topic.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        return isName ? topic.split(separator: ".").last.map(String.init) : nil
    }
}
