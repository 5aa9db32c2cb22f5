// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// bash, and zsh by way of the same words: what may follow, one candidate a line.
extension CompletionScript {
    /// Values may have blanks in them, so candidates are lines, and what is put in is quoted as the shell would.
    func bash() -> String {
        """
        # Completion of \(name) for bash: source <(\(name) completion bash)
        \(candidates())
        \(function)() {
            local line quoted word="${COMP_WORDS[COMP_CWORD]}"
            COMPREPLY=()
            # bash takes a word apart at an equals sign.
            if [[ $word == = ]]; then word=; fi
            while IFS= read -r line; do
                if [[ $line == "!files" ]]; then
                    compopt -o filenames 2>/dev/null
                    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$word")
                    continue
                fi
                printf -v quoted '%q' "$line"
                if [[ $line == "$word"* || $quoted == "$word"* ]]; then COMPREPLY+=("$quoted"); fi
            done < <(\(function)_candidates "${COMP_WORDS[@]:0:COMP_CWORD}" "$word")
        }
        complete -F \(function) \(name)
        """
    }

    func zsh() -> String {
        """
        # Completion of \(name) for zsh: source <(\(name) completion zsh), behind compinit
        \(candidates())
        \(function)() {
            local line
            local -a found
            while IFS= read -r line; do
                if [[ $line == "!files" ]]; then _files; else found+=("$line"); fi
            done < <(\(function)_candidates "${(@)words[1,CURRENT-1]}" "${words[CURRENT]}")
            compadd -a -- found
        }
        compdef \(function) \(name)
        """
    }

    /// A function that prints what may follow behind the words that it is given, of which the last is being written.
    ///
    /// It goes down the tree word by word, passing over options and their values, as the parser does.
    private func candidates() -> String {
        """
        \(function)_candidates() {
            local place=\(Self.quoted(name)) word option= count=0
            shift
            while [[ $# -gt 1 ]]; do
                word=$1
                shift
                if [[ $word == = ]]; then continue; fi
                if [[ -n $option ]]; then option=; continue; fi
                case "$place $word" in
        \(steps())
                    *" -"*) ;;
                    *) count=$((count + 1)) ;;
                esac
            done
            word=$1
            if [[ -n $option ]]; then
                case $option in
        \(values())
                esac
                return
            fi
            case $place in
        \(followers())
            esac
        }
        """
    }

    /// Where a word leads: to a subcommand, or to the value of an option.
    private func steps() -> String {
        var lines: [String] = []
        for place in places {
            let path = place.path.joined(separator: " ")
            for command in place.commands {
                let next = Self.quoted("\(path) \(command.name)")
                lines.append("            \(next)) place=\(next) ;;")
            }
            for option in place.options where option.takesValue {
                let patterns = option.spellings.map { Self.quoted("\(path) \($0)") }.joined(separator: " | ")
                lines.append("            \(patterns)) option=\(Self.quoted("\(path) --\(option.name)")) ;;")
            }
        }
        return lines.joined(separator: "\n")
    }

    /// What an option's value may be.
    private func values() -> String {
        places.flatMap { place in
            place.options.filter { !$0.values.isEmpty }.map { option in
                let name = Self.quoted("\(place.path.joined(separator: " ")) --\(option.name)")
                return "            \(name)) \(print(option.values)) ;;"
            }
        }.joined(separator: "\n") + "\n            *) ;;"
    }

    /// What may follow at a place: options where one is begun, else subcommands or what the argument may be.
    private func followers() -> String {
        places.map { place in
            let options = place.options.flatMap { ["--\($0.name)"] }
            let words = place.commands.map(\.name) + place.argumentValues
            var first = words.isEmpty ? ":" : "[[ $count -gt 0 ]] || \(print(words))"
            if place.takesFiles { first = "printf '%s\\n' '!files'" }
            let name = Self.quoted(place.path.joined(separator: " "))
            return """
                        \(name))
                            if [[ $word == -* ]]; then \(print(options))
                            else \(first)
                            fi ;;
                """
        }.joined(separator: "\n")
    }

    private func print(_ words: [String]) -> String {
        "printf '%s\\n' \(words.map(Self.quoted).joined(separator: " "))"
    }
}
