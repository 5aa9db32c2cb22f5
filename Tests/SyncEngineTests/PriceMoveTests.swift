// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

@testable import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// Prices that move to another product's row, which another price may have (PRC-18, PRC-31).
struct PriceMoveTests {
    private static let mapping = "PLLINE-PRODPRICE"
    private static let table = "productpricelevels"

    private func id(_ line: Int) -> String { Sample.id("price L/\(line)") }

    /// A list, the items A, B and C, and a price of each line for its item.
    private func prepared(_ prices: [(line: Int, item: String)], isConfirmed: Bool) throws -> Installation {
        let installation = try Installation(
            .init(isConfirmed: isConfirmed, adjust: { $0.deletionPolicy = .deleteOther })
        )
        for item in ["A", "B", "C"] { try installation.couple(item: item) }
        installation.send("price-lists", Sample.priceList("L"))
        try installation.settle()
        for price in prices { try send(price.line, price.item, installation) }
        return installation
    }

    private func send(_ line: Int, _ item: String, price: String = "143.9", _ installation: Installation) throws {
        installation.send("price-list-lines", Sample.price("L", item, line: line, ["unitPrice": .number(price)]))
        try installation.settle()
    }

    private func states(_ lines: [Int], _ installation: Installation) throws -> [Coupling.State?] {
        try lines.map { try installation.coupling(Self.mapping, id($0))?.state }
    }

    enum Cause: CaseIterable {
        case event, retry, restart
    }

    /// It stays failed, whatever makes its worker look at it again.
    @Test(arguments: Cause.allCases, [false, true])
    func aTakenRowIsNotPublishedTo(cause: Cause, isConfirmed: Bool) throws {
        let installation = try prepared([(1, "A"), (2, "B")], isConfirmed: isConfirmed)
        try send(1, "B", installation)
        #expect(try states([1, 2], installation) == [.failed, .coupled])
        let before = installation.operations(Self.mapping, id(1))
        switch cause {
        case .event: try send(1, "B", price: "11", installation)
        case .retry:
            try installation.command("retry", Self.mapping, id(1))
            try installation.settle()
        case .restart:
            for instance in installation.instances where instance.name == "price-worker" {
                for partition in instance.engine.ownedPartitions.sorted() {
                    try instance.engine.sweep(partition: partition)
                }
            }
            try installation.settle()
        }
        #expect(try states([1, 2], installation) == [.failed, .coupled])
        #expect(installation.operations(Self.mapping, id(1)) == before)
        #expect(installation.dataverse.refusals.isEmpty)
        // It goes there once the row is free.
        try send(2, "C", installation)
        #expect(try states([1, 2], installation) == [.coupled, .coupled])
        #expect(installation.dataverse.refusals.isEmpty)
        #expect(installation.dataverse.rows(Self.table).count == 2)
    }

    /// While its move has failed it has the row that it had.
    @Test(arguments: [false, true])
    func aRowIsTakenUntilItsPriceHasMoved(isConfirmed: Bool) throws {
        let installation = try prepared([(1, "A"), (2, "B")], isConfirmed: isConfirmed)
        try send(1, "B", installation)
        try send(3, "A", installation)
        #expect(try states([1, 2, 3], installation) == [.failed, .coupled, .failed])
        // 2 leaves B, so that 1 moves there, so that 3 gets A.
        try send(2, "C", installation)
        #expect(try states([1, 2, 3], installation) == [.coupled, .coupled, .coupled])
        #expect(installation.dataverse.refusals.isEmpty)
        #expect(installation.dataverse.rows(Self.table).count == 3)
    }

    /// Back where it was it claims nothing any more.
    @Test(arguments: [false, true])
    func aMoveThatIsTakenBackIsForgotten(isConfirmed: Bool) throws {
        let installation = try prepared([(1, "A"), (2, "B")], isConfirmed: isConfirmed)
        try send(1, "B", installation)
        try send(1, "A", price: "5", installation)
        #expect(try states([1, 2], installation) == [.coupled, .coupled])
        try send(2, "C", installation)
        #expect(installation.operations(Self.mapping, id(1)) == [.create, .update])
        #expect(installation.dataverse.refusals.isEmpty)
    }

    /// Dataverse takes neither before the other has gone, so both are told and nothing is sent.
    @Test(arguments: [false, true])
    func twoThatChangePlacesStayWhereTheyAre(isConfirmed: Bool) throws {
        let installation = try prepared([(1, "A"), (2, "B")], isConfirmed: isConfirmed)
        try send(1, "B", installation)
        try send(2, "A", installation)
        #expect(try states([1, 2], installation) == [.failed, .failed])
        #expect(installation.dataverse.refusals.isEmpty)
        installation.delete("price-list-lines", Sample.price("L", "A", line: 2))
        try installation.settle()
        #expect(installation.dataverse.refusals.isEmpty)
    }

    /// A refused move leaves the row where it was, so that its place is not given away.
    @Test func aRefusedMoveStays() throws {
        let installation = try prepared([(1, "A"), (9, "C")], isConfirmed: true)
        let row = try #require(try installation.coupling(Self.mapping, id(9))?.crm.id)
        let columns = try #require(installation.dataverse.row(Self.table, row)?.columns)
        installation.delete("price-list-lines", Sample.price("L", "C", line: 9))
        try installation.settle()
        // Somebody else has made a row there.
        let foreign = Sample.id("somebody's price")
        installation.dataverse.insert(Self.table, id: foreign, columns: columns)
        try send(1, "C", installation)
        #expect(try states([1], installation) == [.failed])
        // Once more than once, as another instance's record might have left the row meanwhile.
        #expect(installation.dataverse.refusals.count == 2)
        try send(3, "A", installation)
        #expect(try states([1, 3], installation) == [.failed, .failed])
        #expect(installation.dataverse.refusals.count == 2)
        installation.dataverse.erase(Self.table, foreign)
        try installation.command("retry", Self.mapping, id(1))
        try installation.settle()
        #expect(try states([1, 3], installation) == [.coupled, .coupled])
        #expect(installation.dataverse.refusals.count == 2)
    }
}
