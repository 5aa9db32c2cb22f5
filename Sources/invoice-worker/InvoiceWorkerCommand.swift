// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import WorkerRuntime

@main
struct InvoiceWorkerCommand {
    static func main() {
        WorkerCommand.make(
            "invoice-worker",
            summary: "Couples posted sales invoices and their lines with Dynamics 365 Sales invoices."
        ).runAndExit()
    }
}
