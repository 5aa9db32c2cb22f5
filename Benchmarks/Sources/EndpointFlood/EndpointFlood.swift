// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Glibc

/// Floods HTTP endpoints of this machine, at an even pace, and says what became of it and what it cost the sender.
@main
struct EndpointFlood {
    static func main() {
        Command(
            "EndpointFlood",
            summary: "Floods HTTP endpoints of this machine with connections that are left and malformed requests.",
            details: "Prints name=value pairs in the end. All is spread evenly over the time that is chosen.",
            options: [
                .value("ports", placeholder: "N,N", "The endpoints' ports on 127.0.0.1."),
                .value("left", placeholder: "N", "Connections to be opened at each and left (1000)."),
                .value("malformed", placeholder: "N", "Malformed requests to each, a connection for each (10000)."),
                .value("seconds", placeholder: "N", "How long it takes to send them (10)."),
                .value("left-from", placeholder: "N", "The connections left come from 127.0.0.N (2)."),
                .value("malformed-from", placeholder: "N", "The malformed requests come from 127.0.0.N (3)."),
            ]
        ) { call in
            let ports = (call.value("ports") ?? "").split(separator: ",").compactMap { UInt16($0) }
            guard !ports.isEmpty else { throw CommandError("--ports names no port", .usage) }
            let flood = Flood(
                ports,
                left: try call.integer("left", in: 0...1_000_000) ?? 1_000,
                malformed: try call.integer("malformed", in: 0...100_000_000) ?? 10_000,
                seconds: Double(try call.integer("seconds", in: 1...3_600) ?? 10),
                // Were it one address, those left would keep the others from being read at all.
                hosts: (
                    UInt8(try call.integer("left-from", in: 1...254) ?? 2),
                    UInt8(try call.integer("malformed-from", in: 1...254) ?? 3)
                )
            )
            call.console.print(flood.run().text)
            return 0
        }.runAndExit()
    }
}
