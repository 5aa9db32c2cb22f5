// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

@testable import Inspection
import Testing

@testable import Coordination

@Suite("The desk for searches and actions")
struct RecordDeskTests {
    private let query = PreparedRecord.query("1")

    private func percent(_ state: RecordDesk.SearchState) -> Int? {
        if case .underWay(let percent) = state { percent } else { nil }
    }

    @Test("a search is asked for once, told while it runs, and shown while it is fresh")
    func search() {
        let desk = RecordDesk()
        #expect(percent(desk.search(query, beganMs: 0, endedMs: 85)) == 0)
        #expect(percent(desk.search(query, beganMs: 0, endedMs: 85)) == 0)
        #expect(desk.take(timeoutMs: 0) == .search(query))
        desk.tell(percent: 40)
        #expect(percent(desk.search(query, beganMs: 0, endedMs: 85)) == 40)
        #expect(desk.take(timeoutMs: 0) == nil, "it was asked for once")
        desk.finish(query, 70...100, .success(RecordReport(query: query, atMs: 70)))
        guard case .done = desk.search(query, beganMs: 70, endedMs: 85) else {
            Issue.record("what took longer than it stays fresh is shown")
            return
        }
        #expect(percent(desk.search(query, beganMs: 71, endedMs: 85)) == 0, "it does not show what was done since")
        #expect(desk.take(timeoutMs: 0) == .search(query))
        desk.finish(query, 110...120, .failure(InspectionError(.unreachable, "no answer")))
        guard case .failed("no answer") = desk.search(query, beganMs: 71, endedMs: 85) else {
            Issue.record("why it failed is told")
            return
        }
        #expect(percent(desk.search(query, beganMs: 0, endedMs: 121)) == 0, "it is no longer fresh")
    }

    @Test("takes no more than a few, and forgets the oldest outcomes")
    func bounds() {
        let desk = RecordDesk()
        for number in 0..<RecordDesk.queueLimit {
            #expect(percent(desk.search(PreparedRecord.query("\(number)"), beganMs: 0, endedMs: 0)) == 0)
        }
        guard case .busy = desk.search(PreparedRecord.query("x"), beganMs: 0, endedMs: 0) else {
            Issue.record("one too many")
            return
        }
        #expect(desk.give(.replay(place: "0:1")) == nil)
        while case .search(let query)? = desk.take(timeoutMs: 0) {
            desk.finish(query, 0...0, .success(RecordReport(query: query, atMs: 0)))
        }
        for number in 0..<40 {
            let given = desk.give(.replay(place: "0:\(number)"))
            #expect(given == number + 1)
            guard case .action(let taken, _)? = desk.take(timeoutMs: 0) else {
                Issue.record("an action is lost")
                return
            }
            desk.finish(taken, .done("sent"))
        }
        #expect(desk.action(1) == nil)
        #expect(desk.action(40)?.state == .done("sent"))
    }
}
