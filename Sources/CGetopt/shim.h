// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

// getopt_long keeps its state in global variables, which Swift does not let us touch; these functions do.

#ifndef SYNC_CGETOPT_H
#define SYNC_CGETOPT_H

#include <getopt.h>

// Begins with a new argument list, silently: messages are ours.
static inline void sync_getopt_begin(void) {
    opterr = 0;
#ifdef __GLIBC__
    optind = 0;
#else
    optind = 1;
#endif
#ifdef __APPLE__
    optreset = 1;
#endif
}

// The option that an error of getopt_long is about; 0 for a long one that is not known.
static inline int sync_getopt_option(void) { return optopt; }

// The place of the next argument to be read.
static inline int sync_getopt_index(void) { return optind; }

// The value of the option just read.
static inline const char *sync_getopt_value(void) { return optarg; }

#endif
