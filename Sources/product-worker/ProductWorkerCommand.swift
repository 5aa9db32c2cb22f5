// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import WorkerRuntime

@main
struct ProductWorkerCommand {
    static func main() {
        WorkerCommand.make("product-worker", summary: "Couples items and resources with Dynamics 365 Sales products.")
            .runAndExit()
    }
}
