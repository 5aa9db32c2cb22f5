// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// fish, which wants a line for each thing that may follow, and a condition that names the place.
extension CompletionScript {
    func fish() -> String {
        let lines = places.flatMap { completions(of: $0) }
        return """
            # Completion of \(name) for fish: \(name) completion fish | source
            function _\(function)_is_at
                set -l words (commandline -opc)
                set -l place $words[1]
                for word in $words[2..-1]
                    if contains -- "$place $word" \(commandPaths())
                        set place "$place $word"
                    end
                end
                test "$place" = "$argv[1]"
            end
            complete -c \(name) -f
            \(lines.joined(separator: "\n"))
            """
    }

    private func commandPaths() -> String {
        places.dropFirst().map { Self.fishQuoted($0.path.joined(separator: " ")) }.joined(separator: " ")
    }

    private func completions(of place: Place) -> [String] {
        let path = place.path.joined(separator: " ")
        let start = "complete -c \(name) -n \(Self.fishQuoted("_\(function)_is_at \(Self.fishQuoted(path))"))"
        var lines = place.commands.map { command in
            "\(start) -a \(Self.fishQuoted(command.name)) -d \(Self.fishQuoted(command.summary))"
        }
        if !place.argumentValues.isEmpty { lines.append("\(start) -a \(Self.offered(place.argumentValues))") }
        if place.takesFiles { lines.append("\(start) -F") }
        for option in place.options {
            var line = "\(start) -l \(option.name)"
            if let short = option.short { line += " -s \(short)" }
            if option.takesValue { line += " -x" }
            if !option.values.isEmpty { line += " -a \(Self.offered(option.values))" }
            lines.append("\(line) -d \(Self.fishQuoted(option.summary))")
        }
        return lines
    }

    /// Candidates, which fish splits as it would a command line.
    private static func offered(_ values: [String]) -> String {
        fishQuoted(values.map(fishQuoted).joined(separator: " "))
    }

    /// A text that fish takes as it is.
    private static func fishQuoted(_ text: String) -> String {
        "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    }
}
