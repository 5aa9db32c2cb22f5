// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import SyncModel

extension Installation {
    /// A delivery's result.
    static func result(_ change: OutboundChange, status: String, code: String? = nil) -> Value {
        var result: Value = [
            "type": "result", "changeId": .text(change.changeID), "mapping": .text(change.mapping),
            "pairKey": .text(change.pairKey.description), "status": .text(status), "recordId": .text(change.recordID),
            "etag": "W/\"1\"", "related": [:], "attempts": 1, "error": .null,
        ]
        if let code { result["error"] = ["class": "permanent", "code": .text(code), "message": "refused"] }
        return result
    }

    /// Sends a result to the owner's inbox as a delivery would, with other members where `changes` names some.
    func answer(
        _ change: OutboundChange,
        status: String,
        code: String? = nil,
        _ changes: [String: Value] = [:]
    ) {
        var result = Installation.result(change, status: status, code: code)
        for (member, value) in changes { result[member] = value }
        produce(
            change.replyTopic,
            key: change.pairKey.description,
            value: result.bytes,
            partition: change.replyPartition
        )
    }
}
