// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CGetopt
import Spelling
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Takes options out of arguments with `getopt_long`, so that GNU conventions hold: `--max=5`, `--max 5`, unique
/// beginnings of names, `--`, bundled letters, options behind arguments.
struct OptionParser {
    struct Result {
        var options: [(name: String, value: String)] = []
        var arguments: [String] = []
    }

    /// getopt keeps its state in global variables.
    private static let turn = Mutex(())
    /// Above every character, so that it cannot be mistaken for a short form.
    private static let firstLongCode: Int32 = 256

    let options: [Option]

    /// Parses until the end, or with `stopsAtArgument` until what may be a subcommand.
    func parse(_ arguments: [String], stopsAtArgument: Bool) throws(CommandError) -> Result {
        // Element 0 is the executable's name, which getopt passes over.
        let strings = ([""] + arguments).map { strdup($0) }
        let names = options.map { strdup($0.name) }
        defer { (strings + names).forEach { free($0) } }
        var longs = zip(options, names).enumerated().map { index, pair in
            CGetopt.option(
                name: UnsafePointer(pair.1),
                has_arg: pair.0.kind == .flag ? no_argument : required_argument,
                flag: nil,
                val: Self.firstLongCode + Int32(index)
            )
        }
        longs.append(CGetopt.option())
        var shorts = stopsAtArgument ? "+:" : ":"
        for option in options {
            guard let short = option.short else { continue }
            shorts += "\(short)\(option.kind == .flag ? "" : ":")"
        }
        return try read(strings, shorts, longs)
    }

    private func read(
        _ strings: [UnsafeMutablePointer<CChar>?],
        _ shorts: String,
        _ longs: [CGetopt.option]
    ) throws(CommandError) -> Result {
        var argv = strings + [nil]
        let count = Int32(strings.count)
        let outcome: Swift.Result<Result, CommandError> = Self.turn.withLock { _ in
            var result = Result()
            sync_getopt_begin()
            while true {
                let code = getopt_long(count, &argv, shorts, longs, nil)
                if code == -1 { break }
                guard let option = option(code), code != question, code != colon else {
                    return .failure(failure(code, argv))
                }
                result.options.append((option.name, sync_getopt_value().map { String(cString: $0) } ?? ""))
            }
            for pointer in argv[Int(sync_getopt_index())...] {
                if let pointer { result.arguments.append(String(cString: pointer)) }
            }
            return .success(result)
        }
        return try outcome.get()
    }

    private var question: Int32 { Int32(UInt8(ascii: "?")) }
    private var colon: Int32 { Int32(UInt8(ascii: ":")) }

    /// The option that a code of getopt stands for.
    private func option(_ code: Int32) -> Option? {
        if code >= Self.firstLongCode {
            let index = Int(code - Self.firstLongCode)
            return options.indices.contains(index) ? options[index] : nil
        }
        return options.first { $0.short?.asciiValue.map(Int32.init) == code }
    }

    private func failure(_ code: Int32, _ argv: [UnsafeMutablePointer<CChar>?]) -> CommandError {
        let culprit = sync_getopt_option()
        if let option = option(culprit) {
            let problem = code == colon ? "needs a value: \(option.placeholder)" : "takes no value"
            return CommandError("--\(option.name) \(problem)", .usage)
        }
        if culprit != 0, let scalar = Unicode.Scalar(UInt32(bitPattern: culprit) & 0xFF) {
            return CommandError("unknown option \(OneLine.quoted("-\(scalar)"))", .usage)
        }
        let index = Int(sync_getopt_index()) - 1
        let text = argv.indices.contains(index) ? argv[index].map { String(cString: $0) } ?? "" : ""
        let name = String(text.drop { $0 == "-" }.prefix { $0 != "=" })
        let fitting = options.filter { $0.name.hasPrefix(name) }.map { "--\($0.name)" }
        if fitting.count > 1 {
            return CommandError("--\(name) may be \(fitting.joined(separator: " or "))", .usage)
        }
        let hint = NearestName.find(name, among: options.map(\.name)).map { "; did you mean '--\($0)'?" } ?? ""
        return CommandError("unknown option \(OneLine.quoted("--\(name)"))\(hint)", .usage)
    }
}
