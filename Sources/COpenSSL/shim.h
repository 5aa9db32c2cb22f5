// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

// The calls that hash without looking an algorithm up first: for names of a hundred bytes that is most of the time.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>

/// The SHA-1 of `count` bytes, 20 bytes long.
static inline void copenssl_sha1(const void *bytes, size_t count, void *digest) {
    SHA_CTX context;
    SHA1_Init(&context);
    SHA1_Update(&context, bytes, count);
    SHA1_Final((unsigned char *)digest, &context);
}

#endif
