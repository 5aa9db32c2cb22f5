// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdint.h>

/// How often this process has asked for memory; always 0 where it cannot be counted (anything but glibc).
uint64_t allocation_count(void);

/// The processor time of the calling thread, in nanoseconds.
uint64_t thread_time(void);

#endif
