// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CFuzzer
import Foundation

/// What libFuzzer calls: its callback carries no context.
nonisolated(unsafe) private var current: (any FuzzTarget)?

private func take(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    do {
        try current?.take(UnsafeRawBufferPointer(start: bytes, count: count))
    } catch {
        fatalError("an error that no input may cause: \(error)")
    }
    return 0
}

/// `fuzz TARGET [libFuzzer's arguments]`: fuzzes a target; without libFuzzer it runs the inputs of the folders named.
///
/// `fuzz targets` names the targets; `fuzz workers COUNT SEED` sends so many spoiled events through whole workers.
@main
struct FuzzCommand {
    private static var targets: [(name: String, type: any FuzzTarget.Type)] {
        [
            ("json", JSONTarget.self), ("decimals", DecimalTarget.self), ("values", ValueTarget.self),
            ("events", EventTarget.self), ("inbox", InboxTarget.self), ("couplings", CouplingTarget.self),
            ("yaml", YAMLTarget.self), ("mappings", MappingTarget.self), ("requests", RequestTarget.self),
            ("connections", ConnectionTarget.self),
        ]
    }

    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let name = arguments.first, name != "targets" else {
            for target in targets { print(target.name) }
            return
        }
        if name == "workers" { return try runWorkers(arguments.dropFirst().compactMap { UInt64($0) }) }
        guard let type = targets.first(where: { $0.name == name })?.type else {
            print("fuzz: no target \(name)")
            exit(2)
        }
        current = try type.init()
        // To merge, libFuzzer starts the program anew by its name, which so has to say the target too.
        let program = "\(CommandLine.arguments[0]) \(name)"
        var pointers = ([program] + arguments.dropFirst()).map { strdup($0) } + [nil]
        let result = pointers.withUnsafeMutableBufferPointer {
            cfuzzer_run(Int32($0.count - 1), $0.baseAddress, take)
        }
        if result == -1 { try replay(arguments.dropFirst().filter { !$0.hasPrefix("-") }) }
        current = nil
        exit(max(0, result))
    }

    private static func runWorkers(_ numbers: [UInt64]) throws {
        guard numbers.count == 2 else {
            print("fuzz: workers COUNT SEED")
            exit(2)
        }
        let stream = WorkerStream(count: Int(numbers[0]), seed: numbers[1])
        exit(try stream.play() ? 0 : 1)
    }

    private static func replay(_ folders: [String]) throws {
        var count = 0
        for folder in folders {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
                let input = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
                try input.withUnsafeBytes { try current?.take($0) }
                count += 1
            }
        }
        print("\(count) inputs, without libFuzzer")
    }
}
