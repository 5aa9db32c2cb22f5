// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import WorkerRuntime

@main
struct UnitWorkerCommand {
    static func main() {
        WorkerCommand.make(
            "unit-worker",
            summary: "Couples unit groups and units of items and resources with Dataverse unit groups and units."
        ).runAndExit()
    }
}
