// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import WorkerRuntime

@main
struct ReferenceWorkerCommand {
    static func main() {
        WorkerCommand.make("reference-worker", summary: "Couples currencies with Dataverse transaction currencies.")
            .runAndExit()
    }
}
