// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import CommandLine
import Telemetry

/// The operators' command line, `syncctl`, to be run by an executable or by a test.
public enum Syncctl {
    /// Makes the command with all its subcommands.
    ///
    /// - Parameter now: tells the time in milliseconds since 1970; nil: the system's clock.
    /// - Returns: the command.
    public static func command(now: (@Sendable () -> Int64)? = nil) -> Command {
        let commands = OperatorCommand(now: now ?? { Timestamp.now() })
        let subcommands =
            [
                TopicsCommand(commands: commands).command(),
                SendCommand(commands: commands).command(),
                LagCommand(commands: commands).command(),
                StatusCommand(commands: commands).command(),
                CouplingsCommand(commands: commands).command(),
                ExplainCommand(commands: commands).command(),
                WaitingCommand(commands: commands).command(),
                FailedCommand(commands: commands).command(),
            ] + PairCommand(commands: commands).all()
            + [DeadLettersCommand(commands: commands).command()]
            + HoldCommands(commands: commands).all() + [MappingsCommand.make(), .completion(of: { command(now: now) })]
        return Command(
            "syncctl",
            summary: "Operates the synchronization of Business Central and Dynamics 365 Sales over Kafka.",
            details: """
                Kafka's address and the topic prefix come from the same settings as the workers' \
                (KAFKA_BOOTSTRAP_SERVERS, SYNC_TOPIC_PREFIX). Every command has --json.
                """,
            subcommands: subcommands
        )
    }
}
