// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import WorkerRuntime

@main
struct AccountWorkerCommand {
    static func main() {
        WorkerCommand.make("account-worker", summary: "Couples customers with Dynamics 365 Sales accounts.")
            .runAndExit()
    }
}
