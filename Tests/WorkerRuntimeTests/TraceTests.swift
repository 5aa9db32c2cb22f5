// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import DataverseSimulator
import Foundation
import JSON
import Kafka
import LocalStack
import SyncEngine
import SyncModel
import Telemetry
import Testing

/// The log at level debug tells the stages of one invoice under the trace id that its change carries.
struct TraceTests {
    private static let traceID = "0af7651916cd43dd8448eb211c80319c"
    private static let invoiceID = "1c0b6f2e-0000-5000-8000-000000000001"
    private static let customerID = "2c0b6f2e-0000-5000-8000-000000000002"

    private static func event(_ topic: String, _ id: String, _ members: String) -> ChangeText {
        let image = #"{"systemId":"\#(id)","lastModifiedDateTime":"2026-01-01T00:00:00Z",\#(members)}"#
        let source = #""source":{"company":"\#(WorkerStack.company)","sequence":1}"#
        return ChangeText(
            topic: topic,
            key: id,
            value: #"{"op":"c","ts_ms":1767225600000,\#(source),"after":\#(image)}"#
        )
    }

    private static let invoice = event(
        "bc.changes.sales-invoices",
        invoiceID,
        #""number":"103001","customerNumber":"20000","currencyCode":"","pricesIncludeTax":false,"status":"Open","#
            + #""discountAmount":0,"dueDate":"2026-02-01","totalAmountExcludingTax":0,"totalAmountIncludingTax":0,"#
            + #""remainingAmount":0,"salesInvoiceLines":[]"#
    )
    private static let customer = event(
        "bc.changes.customers",
        customerID,
        #""number":"20000","displayName":"Trey Research","city":"London","currencyCode":"","blocked":" ","creditLimit":0"#
    )

    @Test(.timeLimit(.minutes(5)))
    func theLogTellsTheStagesOfAnInvoice() async throws {
        try await onOwnThread {
            let directory = try TemporaryDirectory()
            defer { withExtendedLifetime(directory) {} }
            let path = "\(directory.path)/log"
            let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            defer { close(file) }
            let stack = try WorkerStack(log: Log(format: .json, level: .debug, output: file))
            defer { stack.close() }
            stack.engine.isConfirmed = true
            var traces: Set<String> = []
            stack.monitor.onRecord = { message in
                guard message.topic == "crm.outbound.invoices" else { return }
                traces.insert(message.header("traceparent").map { String(decoding: $0, as: UTF8.self) } ?? "none")
            }
            let target = SimulatedTarget(baseCurrency: "GBP")
            stack.deliver(["accounts", "invoices"]) { target.apply($0) }
            stack.start("account-worker", "invoice-worker")
            try stack.send(
                Array(Self.invoice.value.utf8),
                key: Array(Self.invoiceID.utf8),
                to: Self.invoice.topic,
                headers: [Header("traceparent", "00-\(Self.traceID)-b7ad6b7169203331-01")]
            )
            try stack.flush()
            try stack.wait(for: "the invoice to wait") {
                stack.coupling("POSTEDSALESINV-INV", Self.invoiceID)?.waiting?.waitsFor.isEmpty == false
            }
            try stack.send([Self.customer])
            try stack.wait(for: "the invoice") {
                stack.coupling("POSTEDSALESINV-INV", Self.invoiceID)?.state == .coupled
                    && stack.coupling("POSTEDSALESINV-INV", Self.invoiceID)?.waiting == nil
            }
            try stack.stop("invoice-worker")
            try stack.stop("account-worker")

            let log = try String(contentsOfFile: path, encoding: .utf8)
            let delivery = ["published", "pending", "confirmed"]
            // The invoice is made, gets what is taken in an update only, and then its state.
            #expect(
                try Self.stages(log, of: Self.invoiceID)
                    == ["received", "waiting CUSTOMER", "released"] + delivery + delivery + delivery + ["coupled"]
            )
            #expect(try Self.stages(log, of: Self.customerID) == ["received"] + delivery + ["coupled"])
            #expect(traces == ["00-\(Self.traceID)-b7ad6b7169203331-01"])
            for value in ["Trey Research", "103001", "20000", "London"] { #expect(!log.contains(value)) }
        }
    }

    /// The stages of a record in the order of the log; those of the invoice have its trace id, and no others have one.
    private static func stages(_ log: String, of id: String) throws -> [String] {
        var stages: [String] = []
        let document = JSONDocument()
        for text in log.split(separator: "\n") {
            let line = try document.parse(String(text))
            guard line["message"]?.string == "record", line["sync.id"]?.string == id else { continue }
            #expect(line["trace.id"]?.string == (id == invoiceID ? traceID : nil))
            #expect(line["kafka.offset"]?.int64 == 0)
            let reference = line["waits.for"]?.string.map { " \($0)" } ?? ""
            stages.append("\(line["stage"]?.string ?? "none")\(reference)")
        }
        return stages
    }
}
