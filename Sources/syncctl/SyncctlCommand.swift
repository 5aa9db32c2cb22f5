// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Operations

@main
struct SyncctlCommand {
    static func main() {
        Syncctl.command().runAndExit()
    }
}
