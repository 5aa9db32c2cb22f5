// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Foundation
import Inspection
import Kafka

/// `syncctl dead-letters list|show|replay`.
struct DeadLettersCommand {
    struct Listed: Encodable {
        let place: String
        let time: String
        let worker: String
        let topic: String?
        let partition: Int32?
        let offset: Int64?
        let errorClass: String
        let error: String
        let valueBytes: Int?
    }

    struct Shown: Encodable {
        let letter: Listed
        let key: String?
        let keyBase64: String?
        let value: String?
        let valueBase64: String?
        let headers: [[String: String]]
    }

    struct Replayed: Encodable {
        let place: String
        let topic: String
        let partition: Int32
    }

    let commands: OperatorCommand

    func command() -> Command {
        Command(
            "dead-letters",
            summary: "Lists, shows and replays events that could not be read.",
            options: [.flag("json", "Print JSON.")],
            subcommands: [list(), show(), replay()]
        )
    }

    private func list() -> Command {
        commands.make(
            "list",
            summary: "Lists the newest dead letters.",
            options: [
                .value("worker", placeholder: "W", values: Offered.workers, "Only those of this worker."),
                .value(
                    "topic",
                    short: "t",
                    placeholder: "T",
                    values: Offered.changeTopics,
                    "Only those that came from this topic."
                ),
                .value("limit", short: "n", placeholder: "N", "At most N, 0 for all (default: 50)."),
            ]
        ) { context in
            let limit = try context.call.integer("limit") ?? 50
            let worker = context.call.value("worker")
            if let worker { try context.installation.check(worker: worker) }
            let topic = try context.call.value("topic").map(context.installation.inputTopic)
            let prefix = context.installation.prefix
            let (letters, count) = try Cluster.with(context.installation) { cluster in
                try context.deadLetters(cluster).newest(limit) { letter in
                    (worker == nil || letter.worker == worker)
                        && (topic == nil || letter.topic == topic || letter.topic.map { prefix + $0 } == topic)
                }
            }
            if context.isJSON {
                context.print(json: letters.map(Listed.init))
            } else if letters.isEmpty {
                context.console.print("no dead letters")
            } else {
                var table = context.table("PLACE", "TIME", "WORKER", "FROM", "CLASS", "ERROR")
                for letter in letters {
                    table.add([
                        letter.place, letter.time, letter.worker, letter.origin, letter.errorClass, letter.error,
                    ])
                }
                context.console.print(table.text())
                if letters.count < count {
                    context.console.print("the newest \(letters.count) of \(count); --limit 0 shows all")
                }
            }
            return .done
        }
    }

    private func show() -> Command {
        commands.make(
            "show",
            summary: "Shows a dead letter with its key, headers and value.",
            arguments: [.required("partition:offset", "Where it lies in sync.dead-letters, such as 0:42.")]
        ) { context in
            let letter = try Cluster.with(context.installation) { cluster in
                try context.deadLetters(cluster).letter(at: context.call.argument(0) ?? "")
            }
            if context.isJSON {
                context.print(json: Shown(letter))
                return .done
            }
            var table = context.table("DEAD LETTER", letter.place)
            for (name, text) in [
                ("from", letter.origin), ("worker", letter.worker), ("time", letter.time), ("class", letter.errorClass),
                ("error", letter.error), ("key", BytesText.of(letter.key)),
            ] {
                table.add([name, text])
            }
            for header in letter.headers { table.add(["header \(header.name)", BytesText.of(header.value)]) }
            let size = letter.value.map { "\($0.count) bytes" } ?? "null"
            table.add(["value", letter.isValueOmitted ? "too large, lies where it lay" : size])
            context.console.print(table.text())
            if let value = letter.value { context.console.print(BytesText.of(value)) }
            return .done
        }
    }

    private func replay() -> Command {
        commands.make(
            "replay",
            summary: "Sends dead letters back to where they came from.",
            details: """
                Key, value and headers are the original ones, the partition the one it came from. The letter stays \
                where it is; an event that still cannot be read becomes another one.
                """,
            arguments: [
                .required("partition:offset", "Where it lies in sync.dead-letters, such as 0:42."),
                .many("partition:offset", "More of them."),
            ]
        ) { context in
            try Cluster.with(context.installation) { cluster in
                let box = context.deadLetters(cluster)
                // All are found before the first is sent, so that a mistyped place changes nothing.
                let letters = try context.call.arguments.map(box.letter(at:))
                for letter in letters {
                    let place = try box.replay(letter)
                    if context.isJSON {
                        let replayed = Replayed(place: letter.place, topic: place.topic, partition: place.partition)
                        context.console.print(JSONOutput.text(replayed, isPretty: false))
                    } else {
                        context.console.print("\(letter.place) sent to \(place)")
                    }
                }
                return .done
            }
        }
    }
}

extension DeadLettersCommand.Listed {
    init(_ letter: DeadLetter) {
        place = letter.place
        time = letter.time
        worker = letter.worker
        topic = letter.topic
        partition = letter.sourcePartition
        offset = letter.sourceOffset
        errorClass = letter.errorClass
        error = letter.error
        valueBytes = letter.value?.count
    }
}

extension DeadLettersCommand.Shown {
    init(_ letter: DeadLetter) {
        self.letter = DeadLettersCommand.Listed(letter)
        key = letter.key.flatMap { String(validating: $0, as: UTF8.self) }
        keyBase64 = letter.key.map { Data($0).base64EncodedString() }
        value = letter.value.flatMap { String(validating: $0, as: UTF8.self) }
        valueBase64 = letter.value.map { Data($0).base64EncodedString() }
        headers = letter.headers.map { ["name": $0.name, "value": BytesText.of($0.value)] }
    }
}

extension CommandContext {
    /// The dead letters of the installation.
    fileprivate func deadLetters(_ cluster: Cluster) -> DeadLetterBox {
        DeadLetterBox(
            cluster: cluster,
            prefix: installation.prefix,
            reader: reader(cluster, "reading dead letters")
        )
    }
}
