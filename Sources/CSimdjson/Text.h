// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

#ifndef CSIMDJSON_TEXT_H
#define CSIMDJSON_TEXT_H

#include <cstddef>
#include <cstdint>

/// What JSON (RFC 8259) says about the bytes of a token.
namespace text {

inline bool is_space(uint8_t byte) {
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/// Whether the bytes are a number in JSON's grammar, of whatever length.
bool is_number(const uint8_t *first, const uint8_t *end);

/// Writes the unescaped text of a string whose ends were found already, and returns the end of what was written; on a
/// wrong escape or half a surrogate pair returns null and sets `error` to where it is. Never writes more than it reads.
uint8_t *unescape(const uint8_t *first, const uint8_t *end, uint8_t *out, const uint8_t *&error);

/// Offset of the first byte that is not UTF-8, or `length`.
size_t first_invalid_utf8(const uint8_t *bytes, size_t length);

/// Offset of the first control character inside a string, else of the quote that opens the unclosed string, else -1.
int64_t first_broken_string(const uint8_t *bytes, size_t length);

}  // namespace text

#endif
