// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine

/// Makes the commands of `syncctl`, all of which load the same settings.
struct OperatorCommand {
    /// The time now, in milliseconds since 1970.
    let now: @Sendable () -> Int64

    /// A command whose body gets the installation.
    func make(
        _ name: String,
        summary: String,
        details: String = "",
        options: [Option] = [],
        arguments: [Argument] = [],
        settings: [Setting] = Installation.settings,
        run body: @escaping @Sendable (CommandContext) throws -> ExitCode
    ) -> Command {
        let now = now
        return Command(
            name,
            summary: summary,
            details: details,
            options: options,
            arguments: arguments,
            settings: settings
        ) { call in
            let installation = try Installation(call, asksKafka: settings.contains(.kafkaBootstrapServers))
            return try body(CommandContext(call: call, installation: installation, now: now)).rawValue
        }
    }
}
