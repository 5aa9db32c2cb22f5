// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import Diagnosis
import DiagnosisTestSupport
import SyncModel
import Testing

@Suite("The root cause of waiting")
struct WaitingChainTests {
    typealias Link = WaitingChain.Link

    /// A price that waits for a product that waits for a unit that waits for a unit group.
    private let chainOfFour = [
        Pairs.waiting("PLLINE-PRODPRICE", "PL1/10000", 1, for: [("ITEM-PRODUCT", "1000")]),
        Pairs.waiting("ITEM-PRODUCT", "1000", 2, for: [("ITEM UOM", "1000/PCS")]),
        Pairs.waiting("ITEM UOM", "1000/PCS", 3, for: [("UNIT GROUP", "1000")]),
    ]

    private func chains(_ pairs: [PairGlance]) -> [WaitingChain] {
        WaitingChain.chains(of: pairs[0], in: CouplingTable(pairs))
    }

    @Test func followsFourRecordsToTheOneThatWasNeverSeen() {
        let links = [
            Link(mapping: "ITEM-PRODUCT", key: "1000", finding: .waiting),
            Link(mapping: "ITEM UOM", key: "1000/PCS", finding: .waiting),
            Link(mapping: "UNIT GROUP", key: "1000", finding: .unseen),
        ]
        #expect(chains(chainOfFour) == [WaitingChain(links: links)])
    }

    static let error = RecordError.permanent("FieldTooLong", "property \"displayName\" has 120 characters")

    @Test(
        arguments: [
            (.filtered, .filtered), (.failed, .failed(error)), (.skipped, .skipped(error)), (.broken, .deleted),
            (.deleted, .deleted), (.pending, .unconfirmed), (.coupled, .filtered),
        ] as [(Coupling.State, WaitingChain.Finding)]
    )
    func saysHowTheLastRecordStands(state: Coupling.State, finding: WaitingChain.Finding) {
        let hasError = state == .failed || state == .skipped
        let last = Pairs.pair("UNIT GROUP", "1000", 4, state, error: hasError ? Self.error : nil)
        #expect(chains(chainOfFour + [last]).map(\.root.finding) == [finding])
    }

    @Test func whatExistsIsNoCauseAnyMore() {
        let failed = Pairs.pair("UNIT GROUP", "1000", 4, .failed, exists: true, error: Self.error)
        #expect(chains(chainOfFour + [failed]).map(\.root.finding) == [.exists])
    }

    @Test func theNoteOfTheRecordDoesNotOutweighTheCouplings() {
        let reference = Waiting.Reference(mapping: "ITEM-PRODUCT", key: "1000", reason: .failed)
        let price = Pairs.pair("PLLINE-PRODPRICE", "PL1/1", 1, .waiting, waitsFor: [reference])
        #expect(chains([price]).map(\.root.finding) == [.unseen])
    }

    /// Nobody can tell a line that has not come from an amount that is wrong, so the figures are named.
    @Test func sumsThatDifferAreNoLineThatWasNeverSeen() {
        let reference = Waiting.Reference(
            mapping: "POSTEDSALESLINE-INV",
            key: "I1/*",
            reason: .sumsDiffer,
            detail: "total is not the sum of the lines' amount"
        )
        let invoice = Pairs.pair("POSTEDSALESINV-INV", "I1", 1, .coupled, exists: true, waitsFor: [reference])
        let cause = chains([invoice]).first.map { RootCause(of: $0, mapping: "POSTEDSALESINV-INV") { _ in nil } }
        #expect(cause?.word == "sums-differ")
        #expect(
            cause?.words
                == "differ in their sums: total is not the sum of the lines' amount; "
                + "an amount is wrong or a line has not come"
        )
    }

    @Test func endsInACircle() {
        let pairs = [
            Pairs.waiting("CUSTOMER", "C1", 1, for: [("CONTACT", "K1")]),
            Pairs.waiting("CONTACT", "K1", 2, for: [("CUSTOMER", "C1")]),
        ]
        let links = [
            Link(mapping: "CONTACT", key: "K1", finding: .waiting),
            Link(mapping: "CUSTOMER", key: "C1", finding: .circle),
        ]
        #expect(chains(pairs) == [WaitingChain(links: links)])
    }

    @Test func endsWhereARecordWaitsForItself() {
        let pair = Pairs.waiting("CUSTOMER", "C1", 1, for: [("CUSTOMER", "C1")])
        #expect(chains([pair]).map(\.root.finding) == [.circle])
    }

    @Test func namesEveryCauseAndFollowsWhatMeetsAgainOnce() {
        let pairs = [
            Pairs.waiting("INVOICE-LINE", "1", 1, for: [("INVOICE", "I1"), ("PRODUCT", "P1")]),
            Pairs.waiting("INVOICE", "I1", 2, for: [("CUSTOMER", "C1"), ("PRODUCT", "P1")]),
            Pairs.waiting("PRODUCT", "P1", 3, for: [("UNIT", "PCS")]),
        ]
        #expect(chains(pairs).map(\.root.key) == ["C1", "PCS"])
    }

    @Test func twoWaysToOneCauseAreOneChain() {
        let pairs = [
            Pairs.waiting("PRICE", "1", 1, for: [("PRODUCT", "P1"), ("UNIT", "PCS")]),
            Pairs.waiting("PRODUCT", "P1", 2, for: [("UNIT", "PCS")]),
        ]
        #expect(chains(pairs).map { $0.links.map(\.key) } == [["P1", "PCS"]])
    }

    @Test func aChangeOnItsWayIsWaitedForItself() {
        let own = Waiting.Reference(mapping: "ITEM-PRODUCT", key: Pairs.id(1), reason: .inFlight)
        let pair = Pairs.pair("ITEM-PRODUCT", "1000", 1, .coupled, exists: true, waitsFor: [own])
        #expect(chains([pair]).map(\.root.finding) == [.unconfirmed])
    }

    @Test func findsReferencesByIDAndWithoutRegardToCase() {
        let pairs = [
            Pairs.waiting("INVOICE", "I1", 1, for: [("CUSTOMER", Pairs.id(2)), ("CURRENCY", " eur ")]),
            Pairs.pair("CUSTOMER", "C1", 2, .filtered),
            Pairs.pair("CURRENCY", "EUR", 3, .pending),
        ]
        #expect(chains(pairs).map(\.root.finding) == [.filtered, .unconfirmed])
    }

    @Test func anotherCompanysRecordIsNotMeant() {
        var other = Pairs.pair("UNIT GROUP", "1000", 4, .failed, error: Self.error)
        other.pairKey = PairKey(mapping: "UNIT GROUP", company: "Another", id: other.id)
        #expect(chains(chainOfFour + [other]).map(\.root.finding) == [.unseen])
    }

    @Test func aVeryLongChainEnds() {
        let count = 3_000
        let pairs = (0..<count).map { Pairs.waiting("CUSTOMER", "C\($0)", $0, for: [("CUSTOMER", "C\($0 + 1)")]) }
        let found = chains(pairs)
        #expect(found.map(\.links.count) == [count])
        #expect(found.map(\.root.key) == ["C\(count)"])
    }
}
