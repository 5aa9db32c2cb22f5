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
        /// The first line that is known and not wholly there.
        var unfinished: Waiting.Reference?
        /// Every line tells its amount without VAT.
        var knowsExcludingTax = true
    }

    init(_ evaluation: Evaluation) throws {
        let property = evaluation.image["salesInvoiceLines"]
        guard let lines = property, lines.kind == .array else {
            isEmbedded = false
            embedded = []
            ids = []
            let rounding = InvoiceRule.roundingID(document: evaluation.coupling.id)
            for line in try evaluation.lines(InvoiceRule.lineMapping) {
                add(line.record, id: line.id, isOurs: line.id == rounding)
            }
            return
        }
        isEmbedded = true
        embedded = lines.elements.filter { $0.kind == .object && $0["lineType"]?.string != "Comment" }
        var ids = embedded.compactMap { DocumentLines.id(of: $0, document: evaluation.coupling.id) }
        if !(try InvoiceRule().derivedLines(of: evaluation.image).isEmpty) {
            ids.append(InvoiceRule.roundingID(document: evaluation.coupling.id))
        }
        self.ids = ids
        for line in embedded {
            discount = discount + (try PropertyReader.decimal(line, "discountAmount") ?? DecimalText(0))
        }
    }

    /// `isOurs` is the line that an earlier event's rounding left; Business Central has none and counts no amount of it.
    private mutating func add(_ line: ReferencedRecord, id: String, isOurs: Bool) {
        // Comments are left out, and so is what was deleted.
        if [.filtered, .deleted, .broken].contains(line.state) { return }
        guard line.exists, !line.isWaiting else {
            sum.unfinished =
                sum.unfinished ?? .init(mapping: InvoiceRule.lineMapping, key: id, reason: line.reason)
            return
        }
        if isOurs { return }
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
        guard isEmbedded else { return try lacking(evaluation).map { [$0] } ?? [] }
        return try ids.compactMap { id in
            let line = try evaluation.find(InvoiceRule.lineMapping, key: id, byID: true)
            if let line, (line.exists && !line.isWaiting) || line.state == .filtered { return nil }
            return .init(mapping: InvoiceRule.lineMapping, key: id, reason: line?.reason ?? .unseen)
        }
    }

    /// What the lines that came by themselves lack; nil where they are all there, as far as amounts can tell.
    ///
    /// At least one, since Business Central posts no invoice without; none that is known and not wholly there; and
    /// both totals met to the last digit: they are sums of the lines' amounts, rounding being a line of its own.
    private func lacking(_ evaluation: Evaluation) throws -> Waiting.Reference? {
        typealias Figures = (ofDocument: String, ofLines: String)
        func lacks(_ reason: Waiting.Reason, _ figures: [Figures] = []) -> Waiting.Reference {
            let names = figures.map { "\($0.ofDocument) is not the sum of the lines' \($0.ofLines)" }
            return .init(
                mapping: InvoiceRule.lineMapping,
                key: "\(evaluation.coupling.id)/*",
                reason: reason,
                detail: names.isEmpty ? nil : names.joined(separator: ", ")
            )
        }
        if let unfinished = sum.unfinished { return unfinished }
        guard sum.whole > 0 else { return lacks(.unseen) }
        var figures: [Figures] = []
        if try InvoiceRule.amount("totalAmountIncludingTax", evaluation) != sum.includingTax {
            figures.append(("totalAmountIncludingTax", "netAmountIncludingTax"))
        }
        if sum.knowsExcludingTax, let excluding = try InvoiceRule.amount("totalAmountExcludingTax", evaluation),
            excluding != sum.excludingTax
        {
            figures.append(("totalAmountExcludingTax", "netAmount"))
        }
        return figures.isEmpty ? nil : lacks(.sumsDiffer, figures)
    }
}
