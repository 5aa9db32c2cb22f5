// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine

/// How far something has come, on one line of a terminal; nothing where there is no terminal.
final class ProgressLine {
    private static let interval = Duration.milliseconds(100)

    private let label: String
    private let console: Console?
    private var last: ContinuousClock.Instant?

    /// Makes a line that shows on the console's terminal, unless JSON is wanted there.
    init(_ label: String, console: Console, isJSON: Bool) {
        self.label = label
        self.console = console.width == nil || isJSON ? nil : console
    }

    /// Shows a share; `total` 0 shows the number alone.
    func show(done: Int64, of total: Int64) {
        guard isDue() else { return }
        let share = total > 0 ? "\(done * 100 / total) %" : "\(done)"
        console?.printRaw("\r\(label) \(share)\u{1B}[K")
    }

    /// Takes the line away.
    func clear() {
        guard last != nil else { return }
        console?.printRaw("\r\u{1B}[K")
        last = nil
    }

    private func isDue() -> Bool {
        guard console != nil else { return false }
        let now = ContinuousClock.now
        if let last, now - last < Self.interval { return false }
        last = now
        return true
    }
}
