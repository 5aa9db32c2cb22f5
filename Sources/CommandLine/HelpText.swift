// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// The help of a command.
struct HelpText {
    let path: [Command]
    let width: Int

    var text: String {
        guard let command = path.last else { return "" }
        var lines = ["Usage: \(usage(command))", ""]
        lines += wrap(command.summary, indent: 0)
        if !command.details.isEmpty {
            lines.append("")
            lines += command.details.split(separator: "\n", omittingEmptySubsequences: false).flatMap {
                wrap(String($0), indent: 0)
            }
        }
        lines += section("Arguments", command.arguments.map { ($0.usage, $0.summary) })
        lines += section("Commands", command.subcommands.map { ($0.name, $0.summary) })
        let inherited = path.dropLast().reversed().flatMap(\.options)
        let common = [Option.help] + (path.count == 1 ? [.version] : [])
        lines += section("Options", (command.options + inherited + common).map { (label($0), summary($0)) })
        if !command.settings.isEmpty { lines += settings(command) }
        for group in path.dropLast() where !group.settings.isEmpty {
            lines += ["", "Settings: see '\(group.name) --help'."]
        }
        if path.count == 1 {
            lines += section(
                "Exit status",
                [
                    ("0", "done"), ("1", "the thing asked for is not so"), ("2", "wrong call or setting"),
                    ("3", "Kafka cannot be reached"),
                ]
            )
        }
        return lines.joined(separator: "\n")
    }

    private func usage(_ command: Command) -> String {
        var words = path.map(\.name) + ["[options]"]
        if !command.subcommands.isEmpty { words.append(command.body == nil ? "<command>" : "[<command>]") }
        return (words + command.arguments.map(\.usage)).joined(separator: " ")
    }

    private func label(_ option: Option) -> String {
        let short = option.short.map { "-\($0), " } ?? "    "
        return "\(short)--\(option.name)\(option.placeholder.isEmpty ? "" : " \(option.placeholder)")"
    }

    private func summary(_ option: Option) -> String {
        option.kind == .repeated ? "\(option.summary) May be given several times." : option.summary
    }

    private func section(_ title: String, _ rows: [(label: String, summary: String)]) -> [String] {
        guard !rows.isEmpty else { return [] }
        let column = min(rows.map(\.label.count).max() ?? 0, 30) + 4
        var lines = ["", "\(title):"]
        for (label, summary) in rows {
            let wrapped = wrap(summary, indent: column)
            if label.count + 4 <= column {
                let padding = String(repeating: " ", count: column - 2 - label.count)
                lines.append("  \(label)\(padding)\(wrapped.first?.dropFirst(column) ?? "")")
                lines += wrapped.dropFirst()
            } else {
                lines.append("  \(label)")
                lines += wrapped
            }
        }
        return lines
    }

    private func settings(_ command: Command) -> [String] {
        let executable = path.first?.name ?? ""
        var lines = ["", "Settings, from the environment or the YAML file that SYNC_CONFIG names:"]
        for setting in command.settings {
            lines.append("  \(setting.name)")
            lines += wrap(setting.summary, indent: 6)
            lines += wrap("\(setting.kind.allowed); \(setting.defaultText(for: executable))", indent: 6)
        }
        lines += wrap("Every other KAFKA_<PROPERTY_WITH_UNDERSCORES> is handed to the Kafka client.", indent: 2)
        return lines
    }

    private func wrap(_ text: String, indent: Int) -> [String] {
        let room = max(width - indent, 20)
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > room {
                lines.append(margin + line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [margin + line]
    }
}
