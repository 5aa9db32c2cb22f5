// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    CSIMDJSON_NULL = 0,
    CSIMDJSON_FALSE = 1,
    CSIMDJSON_TRUE = 2,
    CSIMDJSON_NUMBER = 3,
    CSIMDJSON_STRING = 4,
    CSIMDJSON_ARRAY = 5,
    CSIMDJSON_OBJECT = 6,
} csimdjson_kind;

typedef enum {
    CSIMDJSON_OK = 0,
    CSIMDJSON_EMPTY = 1,
    CSIMDJSON_TOO_DEEP = 2,
    CSIMDJSON_INVALID_UTF8 = 3,
    CSIMDJSON_INVALID_NUMBER = 4,
    CSIMDJSON_UNTERMINATED = 5,
    CSIMDJSON_TRAILING_BYTES = 6,
    CSIMDJSON_SYNTAX = 7,
    CSIMDJSON_NO_MEMORY = 8,
} csimdjson_code;

/// One value (or member name) of a document; nodes lie in document order. A container is followed by what it holds,
/// a member name by its value.
typedef struct {
    uint32_t start;        ///< First byte of the value's source text, in `base`.
    uint32_t end;          ///< Behind the last byte of the source text.
    uint32_t text;         ///< String: first byte of the unescaped text, in `base`.
    uint32_t text_length;  ///< String: length of the unescaped text in bytes.
    uint32_t next;         ///< Index of the node behind this one and all that it holds.
    uint32_t count;        ///< Array, object: number of elements or members.
    uint32_t kind;
} csimdjson_node;

/// What a parse yielded; the pointers stay valid until the next parse of the same parser.
typedef struct {
    const uint8_t *base;  ///< The source text, and behind it the unescaped strings.
    const csimdjson_node *nodes;
    uint32_t node_count;
    int64_t error_offset;  ///< Byte where the error lies, or -1.
} csimdjson_document;

typedef struct csimdjson_parser csimdjson_parser;

/// A parser for documents nested at most `maximum_depth` deep; null when out of memory.
csimdjson_parser *csimdjson_create(uint32_t maximum_depth);

void csimdjson_destroy(csimdjson_parser *parser);

/// Parses a copy of the `length` bytes (at most 1 GiB) and returns a CSIMDJSON_… code. After an error the document
/// consists of one null.
int32_t csimdjson_parse(csimdjson_parser *parser, const void *bytes, size_t length, csimdjson_document *document);

#ifdef __cplusplus
}
#endif

#endif
