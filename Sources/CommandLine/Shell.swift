// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

/// A shell that can complete commands.
enum Shell: String, CaseIterable, Sendable {
    case bash, zsh, fish
}
