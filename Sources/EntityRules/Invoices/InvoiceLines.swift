// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import JSON
import SyncEngine
import SyncModel

/// The lines of an invoice, as its event carries them or as they came by themselves.
struct InvoiceLines {
    /// The lines in the event; empty where they come by themselves.
    let embedded: [JSONValue]
    let isEmbedded: Bool
    /// The ids of the lines that must be there.
    let ids: [String]
    /// Sum of the line discounts.
    private(set) var discount = DecimalText(0)
    /// What the lines add up to that came by themselves.
    private var sum = Sum()

    private struct Sum {
        var excludingTax = DecimalText(0)
        var includingTax = DecimalText(0)
        /// Lines that are wholly on the other side.
        var whole = 0
        /// Lines that are known and not yet wholly there.
        var unfinished = 0
        /// Every line tells its amount without VAT.
        var knowsExcludingTax = true
    }

    init(_ evaluation: Evaluation) throws {
        let property = evaluation.image["salesInvoiceLines"]
        guard let lines = property, lines.kind == .array else {
            isEmbedded = false
            embedded = []
            ids = []
            for line in try evaluation.lines(InvoiceRule.lineMapping) { add(line) }
            return
        }
        isEmbedded = true
        embedded = lines.elements.filter { $0.kind == .object && $0["lineType"]?.string != "Comment" }
        var ids = embedded.compactMap { DocumentLines.id(of: $0, document: evaluation.coupling.id) }
        if !(try InvoiceRule().derivedLines(of: evaluation.image).isEmpty) {
            ids.append("\(evaluation.coupling.id)/rounding")
        }
        self.ids = ids
        for line in embedded {
            discount = discount + (try PropertyReader.decimal(line, "discountAmount") ?? DecimalText(0))
        }
    }

    private mutating func add(_ line: ReferencedRecord) {
        // Comments are left out, and so is what was deleted.
        if [.filtered, .deleted, .broken].contains(line.state) { return }
        guard line.exists, !line.isWaiting else {
            sum.unfinished += 1
            return
        }
        func amount(_ name: String) -> DecimalText? { line.facts[name].flatMap { DecimalText($0) } }
        discount = discount + (amount("discountAmount") ?? DecimalText(0))
        sum.includingTax = sum.includingTax + (amount("netAmountIncludingTax") ?? DecimalText(0))
        if let excluding = amount("netAmount") {
            sum.excludingTax = sum.excludingTax + excluding
        } else {
            sum.knowsExcludingTax = false
        }
        sum.whole += 1
    }

    /// The lines that are not wholly on the other side yet: a closed invoice takes no more of them.
    func missing(in evaluation: Evaluation) throws -> [Waiting.Reference] {
        guard isEmbedded else {
            if try addUp(evaluation) { return [] }
            return [.init(mapping: InvoiceRule.lineMapping, key: "\(evaluation.coupling.id)/*", reason: .unseen)]
        }
        return try ids.compactMap { id in
            let line = try evaluation.find(InvoiceRule.lineMapping, key: id, byID: true)
            if let line, (line.exists && !line.isWaiting) || line.state == .filtered { return nil }
            return .init(mapping: InvoiceRule.lineMapping, key: id, reason: line?.reason ?? .unseen)
        }
    }

    /// Whether the lines that came by themselves are all there, as far as amounts can tell.
    ///
    /// At least one, since Business Central posts no invoice without; none that is known and not wholly there; and
    /// both totals met to the last digit: they are sums of the lines' amounts, rounding being a line of its own.
    private func addUp(_ evaluation: Evaluation) throws -> Bool {
        func total(_ property: String, _ column: String) throws -> DecimalText? {
            // An event that does not carry it has not changed it.
            try PropertyReader.decimal(evaluation.image, property)
                ?? evaluation.coupling.base[column].flatMap { DecimalText($0) }
        }
        guard sum.whole > 0, sum.unfinished == 0,
            let including = try total("totalAmountIncludingTax", "totalamount"), including == sum.includingTax
        else { return false }
        guard sum.knowsExcludingTax, let excluding = try total("totalAmountExcludingTax", "totalamountlessfreight")
        else { return true }
        return excluding == sum.excludingTax
    }
}
