// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncModel

/// What is wrong with an end state: nothing, where everything arrived once, in order, with the right values.
public struct Verdict {
    /// The faults, each in one line.
    public private(set) var faults: [String] = []
    /// Refusals that had to be expected, by code.
    public private(set) var expectedRefusals: [String: Int] = [:]
    /// Changes from the second of one operation and causation on, by mapping and operation.
    public private(set) var repeated: [String: Int] = [:]
    /// How many rows were compared.
    public private(set) var rows = 0

    /// Two prices that claim the same line of a price list.
    static let duplicatePrice = "0x80043b08"

    /// Judges what became of a history: in the rows of the other side, and in what was published.
    public init(_ target: RepeatedTarget, _ history: SourceHistory, _ published: Published) {
        let expected = ExpectedRows(of: history)
        judgeRefusals(target, expected)
        judgeRows(target, expected)
        judgeChanges(published, expected)
        if published.deadLetters > 0 { faults.append("\(published.deadLetters) dead letters") }
    }

    private mutating func judgeRefusals(_ target: RepeatedTarget, _ expected: ExpectedRows) {
        for refusal in target.refusals {
            let isClaim = refusal.error.code == Verdict.duplicatePrice && refusal.mapping == "PLLINE-PRODPRICE"
            if isClaim || expected.isDoomed(pairKey: refusal.pairKey) {
                expectedRefusals[
                    "\(refusal.mapping) \(refusal.operation.rawValue) \(refusal.error.code)",
                    default: 0
                ] += 1
            } else {
                faults.append("refused: \(refusal.operation.rawValue) \(refusal.pairKey): \(refusal.error.message)")
            }
        }
    }

    private mutating func judgeRows(_ target: RepeatedTarget, _ expected: ExpectedRows) {
        var rivals: Set<String> = []
        for candidates in expected.rivals {
            rivals.formUnion(candidates.keys)
            let all = target.rows("productpricelevels")
            let there = candidates.keys.filter { all[$0] != nil }
            guard there.count == 1, let id = there.first, let row = candidates[id] else {
                faults.append("\(there.count) of \(candidates.count) prices that claim one line are there")
                continue
            }
            compare(all[id] ?? [:], row, "productpricelevels \(id)")
        }
        for (entitySet, wanted) in expected.rows.sorted(by: { $0.key < $1.key }) {
            let actual = target.rows(entitySet)
            for (id, row) in wanted.sorted(by: { $0.key < $1.key }) {
                guard let found = actual[id] else {
                    faults.append("missing: \(entitySet) \(id) \(row["name"]?.flatMap { $0 } ?? "")")
                    continue
                }
                compare(found, row, "\(entitySet) \(id)")
            }
            for (id, row) in actual where wanted[id] == nil && !rivals.contains(id) {
                // The organization's own currency is nobody's.
                if entitySet == "transactioncurrencies", row["isocurrencycode"] == "GBP" { continue }
                faults.append("too many: \(entitySet) \(id) \(row["name"] ?? "")")
            }
        }
    }

    private mutating func compare(_ actual: [String: String], _ expected: ExpectedRows.Row, _ what: String) {
        rows += 1
        for (column, value) in expected where actual[column] != value {
            faults.append("\(what): \(column) is \(actual[column] ?? "nothing"), not \(value ?? "nothing")")
        }
    }

    private mutating func judgeChanges(_ published: Published, _ expected: ExpectedRows) {
        var ids: Set<String> = []
        for (partition, changes) in published.changes {
            var newest: [String: Int64] = [:]
            var numbers: [String: Int] = [:]
            for change in changes {
                if !ids.insert(change.id).inserted {
                    faults.append("published twice: \(change.id) of \(change.pairKey)")
                }
                judgeNumber(of: change, &numbers, expected)
                guard let version = published.versions[change.causation] else {
                    faults.append("\(partition): no event \(change.causation) of \(change.pairKey)")
                    continue
                }
                if version < newest[change.pairKey] ?? 0 {
                    faults.append("out of order: \(change.operation) \(change.pairKey) by \(change.causation)")
                }
                newest[change.pairKey] = version
            }
        }
    }

    /// One change of an operation for each pair and event, but for those whose later changes carry a number in their ids.
    private mutating func judgeNumber(
        of change: Published.Change,
        _ numbers: inout [String: Int],
        _ expected: ExpectedRows
    ) {
        let name = "\(change.pairKey)|\(change.operation)|\(change.causation)"
        let number = (numbers[name] ?? 0) + 1
        numbers[name] = number
        let wanted = NamedUUID.make(number == 1 ? name : "\(name)|\(number)")
        if change.id != wanted { faults.append("wrong id: change \(number) of \(name)") }
        guard number > 1 else { return }
        repeated["\(change.mapping) \(change.operation)", default: 0] += 1
        // A refused delete is tried again until nothing refers to the row.
        if change.operation == "delete", expected.isDoomed(pairKey: change.pairKey) { return }
        // An invoice's totals follow its lines, and a closed one is opened before its state changes.
        guard change.mapping == "POSTEDSALESINV-INV", number == 2 else {
            faults.append("change \(number) of \(name)")
            return
        }
    }
}
