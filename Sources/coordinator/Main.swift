// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Coordination

@main
struct CoordinatorMain {
    static func main() {
        CoordinatorCommand.make().runAndExit()
    }
}
