// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SeededRandom

/// How a posted invoice becomes what the demo data says that it is.
enum InvoiceLife {
    /// The images of an invoice in order, the last with the state of the record.
    ///
    /// A closed invoice takes no change but one of its state, so that each version changes the state too.
    static func images(of record: SourceValue, using random: inout SeededGenerator) -> [SourceValue] {
        var images = [record]
        guard record.text("status") != "Draft" else { return images }
        let total = Decimal(string: record.text("totalAmountIncludingTax")) ?? 0
        guard total != 0, record.text("remainingAmount") == "0" || record.text("status") == "Canceled" else {
            return images
        }
        var earlier = record
        if random.chance(20), total > 1 {
            earlier["status"] = .text("Open")
            earlier["remainingAmount"] = .number("\(total / 2)")
            earlier["shipToName"] = .text("Half \(random.below(100))")
            images.insert(earlier, at: 0)
        }
        if random.chance(40) {
            earlier["status"] = .text("Open")
            earlier["remainingAmount"] = .number("\(total)")
            earlier["dueDate"] = .text("2026-0\(1 + random.below(9))-15")
            images.insert(earlier, at: 0)
        }
        return images
    }
}
