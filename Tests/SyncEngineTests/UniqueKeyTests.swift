// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import SyncEngine
import SyncModel
import Testing

/// A mapping whose natural key only one record may have, without a rule that makes a key of its own.
struct UniqueKeyTests {
    private let mapping = "CUSTOMER"

    private func installation() throws -> Installation {
        try Installation(
            .init(
                adjust: { $0.deletionPolicy = .deleteOther },
                adjustMapping: { if $0.name == "CUSTOMER" { $0.uniqueness = .all } }
            )
        )
    }

    /// Two customers of one number.
    private let customers = ["first", "second"].map { name in
        Sample.customer("C1", ["systemId": .text(Sample.id("\(name) customer"))])
    }

    private func state(_ installation: Installation, _ index: Int) throws -> Coupling.State? {
        try installation.coupling(mapping, customers[index]["systemId"]?.text ?? "")?.state
    }

    @Test func theFirstOwnsTheRowUntilItIsDeleted() throws {
        let installation = try installation()
        for customer in customers {
            installation.send("customers", customer)
            try installation.settle()
        }
        #expect(try state(installation, 0) == .coupled)
        let second = try installation.coupling(mapping, customers[1]["systemId"]?.text ?? "")
        #expect(second?.state == .failed)
        #expect(second?.error?.code == "DuplicateKey")
        #expect(installation.dataverse.rows("accounts").count == 1)
        installation.delete("customers", customers[0])
        try installation.settle()
        #expect(try state(installation, 1) == .coupled)
        #expect(installation.dataverse.rows("accounts").count == 1)
    }

    @Test func anOwnerThatTakesAnotherOnesKeyFails() throws {
        let installation = try installation()
        installation.send("customers", customers[0])
        installation.send("customers", customers[1].with(["number": "C2"]))
        try installation.settle()
        #expect(try state(installation, 1) == .coupled)
        installation.send("customers", customers[1])
        try installation.settle()
        #expect(try state(installation, 1) == .failed)
        #expect(try state(installation, 0) == .coupled)
    }

    @Test func referencesByTheNaturalKeyFindTheOwner() throws {
        let installation = try installation()
        try installation.couple(item: "1000")
        let line = Sample.line("I1", 10_000, item: "1000")
        installation.send("sales-invoices", Sample.invoice("I1", customer: "C1", lines: [line]))
        for customer in customers { installation.send("customers", customer) }
        try installation.settle()
        let invoice = Sample.id("invoice I1")
        #expect(installation.operations("POSTEDSALESINV-INV", invoice) == [.create, .update, .setState])
    }
}
