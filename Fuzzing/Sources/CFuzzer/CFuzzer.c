// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

#include "CFuzzer.h"

/// libFuzzer's own entry; weak, so that the package can be built without it.
__attribute__((weak)) int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*target)(const uint8_t *, size_t));

int cfuzzer_run(int argc, char **argv, int (*target)(const uint8_t *bytes, size_t count)) {
    if (!LLVMFuzzerRunDriver) return -1;
    return LLVMFuzzerRunDriver(&argc, &argv, target);
}
