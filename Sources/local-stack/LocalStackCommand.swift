// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import LocalStack

@main
struct LocalStackCommand {
    static func main() {
        let demo = Command(
            "demo",
            summary: "Lets Business Central's demo company arrive in a strict stand-in for Dynamics 365 Sales.",
            options: [
                .value("data", placeholder: "DIR", "The demo data (Examples/contoso)."),
                .value("seed", placeholder: "N", "Decides the order of the events (1)."),
                .value("capture", placeholder: "FILE", "Writes every record of every topic there, one JSON line each."),
                .value("time-limit", placeholder: "SECONDS", "Gives up after this time (60)."),
            ]
        ) { call in
            var options = Demo.Options()
            if let data = call.value("data") { options.data = data }
            if let seed = try call.integer("seed") { options.seed = UInt64(seed) }
            options.capture = call.value("capture")
            if let limit = try call.integer("time-limit", in: 1...3_600) { options.timeLimitInSeconds = Int64(limit) }
            // So that the demo's files go away also when its reader does, or when it is interrupted.
            TerminationSignals.install()
            return try Demo(options, console: call.console).run()
        }
        Command("local-stack", summary: "Runs everything in one process, on an embedded broker.", subcommands: [demo])
            .runAndExit()
    }
}
