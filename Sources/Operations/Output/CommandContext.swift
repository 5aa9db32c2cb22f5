// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Inspection
import SyncModel

/// What the code of a command has at hand.
struct CommandContext {
    /// The command as it was called.
    let call: Invocation
    /// The installation that the settings describe.
    let installation: Installation
    /// The time now, in milliseconds since 1970.
    let now: @Sendable () -> Int64

    /// Whether JSON is wanted.
    var isJSON: Bool { call.isSet("json") }
    /// Where to print.
    var console: Console { call.console }

    /// A line for progress on a terminal.
    func progress(_ label: String) -> ProgressLine {
        ProgressLine(label, console: console, isJSON: isJSON)
    }

    /// A reader of topics that shows on a terminal how far it has come.
    func reader(_ cluster: Cluster, _ label: String) -> RecordReader {
        let line = progress(label)
        return RecordReader(cluster: cluster) { done, total in
            if done < total { line.show(done: done, of: total) } else { line.clear() }
        }
    }

    /// Prints a value as JSON.
    func print(json value: some Encodable) {
        console.print(JSONOutput.text(value))
    }

    /// An empty table for the console.
    func table(_ titles: String...) -> TableFormatter {
        TableFormatter(titles, console: console)
    }

    /// How long ago a time in milliseconds since 1970 is.
    func age(_ since: Int64) -> String { since > 0 ? AgeText.of(milliseconds: now() - since) : "-" }
}
