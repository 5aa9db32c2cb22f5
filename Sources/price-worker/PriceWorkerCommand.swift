// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import WorkerRuntime

@main
struct PriceWorkerCommand {
    static func main() {
        WorkerCommand.make(
            "price-worker",
            summary: "Couples price lists and prices with Dynamics 365 Sales price lists and price list items."
        ).runAndExit()
    }
}
