// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation
import Inspection
import Kafka
import SyncModel
import TableMappings

/// `syncctl send`.
struct SendCommand {
    struct Report: Encodable {
        let ok: Bool
        let sent: Int
        let topics: [String: Int]
        let problems: [String]
    }

    /// How many problems of a file are told.
    private static let problemLimit = 10

    let commands: OperatorCommand

    func command() -> Command {
        commands.make(
            "send",
            summary: "Sends change events from JSON Lines.",
            details: """
                Each line is a change event, a bare record (sent as a snapshot's event, op r, of the company in \
                SYNC_COMPANY), or either as the value of {"topic":…,"key":…,"value":…}. The topic is that of the \
                line, else that of --topic, else the one with the file's name (items.jsonl). The key is the record's \
                id unless the line has another, or null for none. Files are checked whole before anything is sent; \
                standard input is sent up to the first line that is wrong.
                """,
            options: [
                .flag("json", "Print JSON."),
                .value("topic", short: "t", placeholder: "ENTITY", "The entity or topic of lines that name none."),
                .value("company", placeholder: "NAME", "The company of bare records (default: SYNC_COMPANY)."),
                .flag("dry-run", "Check the lines and send nothing."),
            ],
            arguments: [.many("file", "Files of JSON Lines; '-' or none is standard input.").offeringFiles()]
        ) { context in
            let files = context.call.arguments.isEmpty ? ["-"] : context.call.arguments
            let isDry = context.call.isSet("dry-run")
            var problems: [String] = []
            for file in files where file != "-" || isDry { problems += try Self.problems(of: file, context) }
            guard problems.isEmpty, !isDry else {
                return Self.report(context, counts: [:], problems: problems, isDry: isDry)
            }
            return try Cluster.with(context.installation) { cluster in
                try Self.send(files, context, cluster)
            }
        }
    }

    /// What is wrong in a file; a few problems, no more.
    private static func problems(of file: String, _ context: CommandContext) throws -> [String] {
        let reader = try LineReader(file)
        let parser = try parser(for: file, context)
        var problems: [String] = []
        while problems.count < problemLimit {
            let isMore = try reader.next { line in
                do throws(EventLine.Problem) {
                    _ = try parser.parse(line)
                } catch {
                    problems.append("\(reader.name):\(reader.number): \(error.reason)")
                }
            }
            guard isMore else { break }
        }
        return problems
    }

    private static func send(_ files: [String], _ context: CommandContext, _ cluster: Cluster) throws -> ExitCode {
        let sender = try EventSender(cluster)
        let progress = context.progress("sent")
        var problems: [String] = []
        files: for file in files {
            let reader = try LineReader(file)
            let parser = try parser(for: file, context)
            while true {
                let isMore = try reader.next { line in
                    do {
                        guard let event = try parser.parse(line) else { return }
                        try sender.send(event)
                        progress.show(done: Int64(sender.total), of: 0)
                    } catch let problem as EventLine.Problem {
                        problems.append("\(reader.name):\(reader.number): \(problem.reason)")
                    } catch let error as CommandError {
                        problems.append("\(reader.name):\(reader.number): \(error.message)")
                    } catch let error as InspectionError {
                        problems.append("\(reader.name):\(reader.number): \(error.description)")
                    }
                }
                if !problems.isEmpty || TerminationSignals.isRequested { break files }
                guard isMore else { break }
            }
        }
        progress.clear()
        try sender.finish()
        return report(context, counts: sender.counts, problems: problems, isDry: false)
    }

    private static func report(
        _ context: CommandContext,
        counts: [String: Int],
        problems: [String],
        isDry: Bool
    ) -> ExitCode {
        let total = counts.values.reduce(0, +)
        if context.isJSON {
            context.print(json: Report(ok: problems.isEmpty, sent: total, topics: counts, problems: problems))
        } else {
            for problem in problems { context.console.printError("syncctl: \(problem)") }
            if total > 0 {
                var table = context.table("TOPIC", "SENT")
                for (topic, count) in counts.sorted(by: { $0.key < $1.key }) { table.add([topic, String(count)]) }
                context.console.print(table.text())
            }
            context.console.print(words(total: total, isGood: problems.isEmpty, isDry: isDry))
        }
        return problems.isEmpty ? .done : .no
    }

    private static func words(total: Int, isGood: Bool, isDry: Bool) -> String {
        let events = total == 1 ? "1 event" : "\(total) events"
        let were = total == 1 ? "was" : "were"
        return switch (isGood, isDry, total) {
        case (true, true, _): "all lines are right, nothing was sent"
        case (true, false, _): "\(events) sent"
        case (false, _, 0): "nothing was sent"
        case (false, _, _): "\(events) \(were) sent before the line that is wrong, nothing behind it"
        }
    }

    private static func parser(for file: String, _ context: CommandContext) throws(CommandError) -> EventLineParser {
        let names = ChangeTopicNames(context.installation)
        var defaultTopic: String?
        if let name = context.call.value("topic") {
            guard let topic = names.topic(name) else {
                throw CommandError("--topic: there is no change topic '\(name)'; see 'syncctl topics list'", .usage)
            }
            defaultTopic = topic
        } else if file != "-" {
            let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
            defaultTopic = names.topic(name)
        }
        return EventLineParser(
            topic: names.topic,
            table: names.table,
            defaultTopic: defaultTopic,
            company: context.call.value("company") ?? context.installation.company,
            now: context.now()
        )
    }
}
