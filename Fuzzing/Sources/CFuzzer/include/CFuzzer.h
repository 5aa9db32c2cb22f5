// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

#ifndef CFUZZER_H
#define CFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer with the arguments of its command line; returns its exit code, or -1 where it is not linked.
int cfuzzer_run(int argc, char **argv, int (*target)(const uint8_t *bytes, size_t count));

#endif
