// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

#include "include/CSimdjson.h"

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "Text.h"

// simdjson's vectorised first stage finds where every token begins and checks UTF-8 and the strings' ends; the walk
// over the tokens is ours. simdjson's own second stages do not fit: the DOM refuses integers beyond 64 bits, On-Demand
// checks only what it converts (`["a":1]` passes when skipped), and neither tells where an error lies.

namespace {

constexpr size_t maximum_length = size_t(1) << 30;

struct Failure {
    int32_t code;
    int64_t offset;
};

constexpr Failure success = {CSIMDJSON_OK, -1};

}  // namespace

struct csimdjson_parser {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
    uint32_t maximum_depth = 0;
    uint32_t *open = nullptr;  // the containers around the current value, outermost first
    uint8_t *base = nullptr;   // source, padding, unescaped strings (never longer than the source)
    size_t base_capacity = 0;  // length of the longest source that fits
    csimdjson_node *nodes = nullptr;
    size_t node_capacity = 0;

    ~csimdjson_parser() {
        std::free(open);
        std::free(base);
        std::free(nodes);
    }

    bool reserve_source(size_t length);
    bool reserve_nodes(size_t count);
    Failure parse(const void *bytes, size_t length, csimdjson_document &document);
};

namespace {

/// Turns the tokens of one document into nodes.
class Walk {
public:
    Walk(csimdjson_parser &parser, size_t length)
        : source(parser.base),
          length(uint32_t(length)),
          nodes(parser.nodes),
          open(parser.open),
          maximum_depth(parser.maximum_depth),
          token(parser.stage->structural_indexes.get()),
          // Behind the last token simdjson writes the document's length, so that `*token` is always defined.
          tokens_end(token + parser.stage->n_structural_indexes),
          unescaped(parser.base + length + simdjson::SIMDJSON_PADDING) {}

    Failure run();
    uint32_t node_count() const { return count; }

private:
    const uint8_t *const source;
    const uint32_t length;
    csimdjson_node *const nodes;
    uint32_t *const open;
    const uint32_t maximum_depth;
    const uint32_t *token;
    const uint32_t *const tokens_end;
    uint8_t *unescaped;
    uint32_t next_backslash = 0;
    bool is_backslash_known = false;
    uint32_t count = 0;
    uint32_t depth = 0;

    Failure scalar();
    Failure string();
    bool has_backslash(uint32_t start, uint32_t end);

    Failure at(int32_t code, uint32_t offset) const { return {code, int64_t(offset)}; }
    Failure unterminated() const { return at(CSIMDJSON_UNTERMINATED, length); }
    bool is_at_end() const { return token == tokens_end; }

    /// The end of the token that begins at `start`, when `token` already points at the next one.
    uint32_t token_end(uint32_t start) const {
        uint32_t end = *token;
        while (end > start && text::is_space(source[end - 1])) end--;
        return end;
    }

    csimdjson_node &append(uint32_t kind, uint32_t start, uint32_t end) {
        csimdjson_node &node = nodes[count++];
        node = {start, end, 0, 0, count, 0, kind};
        return node;
    }
};

Failure Walk::run() {
    bool expects_key = false;
    while (true) {
        if (is_at_end()) return unterminated();
        if (expects_key) {
            if (source[*token] != '"') return at(CSIMDJSON_SYNTAX, *token);
            if (Failure failure = string(); failure.code) return failure;
            if (is_at_end()) return unterminated();
            if (source[*token] != ':') return at(CSIMDJSON_SYNTAX, *token);
            token++;
            if (is_at_end()) return unterminated();
        }
        const uint8_t first = source[*token];
        if (first == '{' || first == '[') {
            if (depth == maximum_depth) return at(CSIMDJSON_TOO_DEEP, *token);
            open[depth++] = count;
            append(first == '{' ? CSIMDJSON_OBJECT : CSIMDJSON_ARRAY, *token, *token + 1);
            token++;
            if (is_at_end()) return unterminated();
            expects_key = first == '{';
            if (source[*token] != (expects_key ? '}' : ']')) continue;
        } else {
            Failure failure = first == '"' ? string() : scalar();
            if (failure.code) return failure;
            if (depth > 0) nodes[open[depth - 1]].count++;
        }
        // Behind a value, or at the end of an empty container: close what ends here.
        while (depth > 0) {
            if (is_at_end()) return unterminated();
            csimdjson_node &container = nodes[open[depth - 1]];
            const bool is_object = container.kind == CSIMDJSON_OBJECT;
            const uint8_t byte = source[*token];
            if (byte != (is_object ? '}' : ']')) {
                if (byte != ',') return at(CSIMDJSON_SYNTAX, *token);
                expects_key = is_object;
                break;
            }
            container.end = *token + 1;
            container.next = count;
            token++;
            if (--depth > 0) nodes[open[depth - 1]].count++;
        }
        if (depth == 0) return is_at_end() ? success : at(CSIMDJSON_TRAILING_BYTES, *token);
        token++;
    }
}

Failure Walk::scalar() {
    const uint32_t start = *token++;
    const uint32_t end = token_end(start);
    const uint8_t *const bytes = source + start;
    const size_t size = end - start;
    if (*bytes == '-' || (*bytes >= '0' && *bytes <= '9')) {
        if (!text::is_number(bytes, bytes + size)) return at(CSIMDJSON_INVALID_NUMBER, start);
        append(CSIMDJSON_NUMBER, start, end);
    } else if (size == 4 && std::memcmp(bytes, "null", 4) == 0) {
        append(CSIMDJSON_NULL, start, end);
    } else if (size == 4 && std::memcmp(bytes, "true", 4) == 0) {
        append(CSIMDJSON_TRUE, start, end);
    } else if (size == 5 && std::memcmp(bytes, "false", 5) == 0) {
        append(CSIMDJSON_FALSE, start, end);
    } else {
        return at(CSIMDJSON_SYNTAX, start);
    }
    return success;
}

Failure Walk::string() {
    const uint32_t start = *token++;
    const uint32_t end = token_end(start);
    if (end < start + 2 || source[end - 1] != '"') return at(CSIMDJSON_SYNTAX, start);
    csimdjson_node &node = append(CSIMDJSON_STRING, start, end);
    if (!has_backslash(start, end)) {
        node.text = start + 1;
        node.text_length = end - start - 2;
        return success;
    }
    const uint8_t *error = nullptr;
    uint8_t *const written = text::unescape(source + start + 1, source + end - 1, unescaped, error);
    if (written == nullptr) return at(CSIMDJSON_SYNTAX, uint32_t(error - source));
    node.text = uint32_t(unescaped - source);
    node.text_length = uint32_t(written - unescaped);
    unescaped = written;
    return success;
}

/// Whether the string holds an escape; one search serves all strings up to the next backslash of the document.
inline bool Walk::has_backslash(uint32_t start, uint32_t end) {
    if (!is_backslash_known || next_backslash < start) {
        const void *const found = std::memchr(source + start, '\\', length - start);
        next_backslash = found ? uint32_t(static_cast<const uint8_t *>(found) - source) : length;
        is_backslash_known = true;
    }
    return next_backslash < end;
}

/// What was wrong when the first stage refused the document, and where.
Failure first_stage_failure(simdjson::error_code code, const uint8_t *bytes, size_t length) {
    if (code == simdjson::EMPTY) return {CSIMDJSON_EMPTY, -1};
    if (code == simdjson::MEMALLOC || code == simdjson::CAPACITY) return {CSIMDJSON_NO_MEMORY, -1};
    if (const size_t offset = text::first_invalid_utf8(bytes, length); offset < length) {
        return {CSIMDJSON_INVALID_UTF8, int64_t(offset)};
    }
    const int64_t offset = text::first_broken_string(bytes, length);
    return {code == simdjson::UNCLOSED_STRING ? CSIMDJSON_UNTERMINATED : CSIMDJSON_SYNTAX, offset};
}

}  // namespace

bool csimdjson_parser::reserve_source(size_t length) {
    if (base != nullptr && length <= base_capacity) return true;
    const size_t capacity = std::max(length, std::max<size_t>(4096, 2 * base_capacity));
    auto *const bytes = static_cast<uint8_t *>(std::malloc(2 * (capacity + simdjson::SIMDJSON_PADDING)));
    if (bytes == nullptr) return false;
    std::free(base);
    base = bytes;
    base_capacity = 0;  // until the first stage can hold as much
    if (!stage) {
        auto &&implementation = simdjson::get_active_implementation();
        if (implementation->create_dom_parser_implementation(capacity, 16, stage)) return false;
    } else if (stage->set_capacity(capacity)) {
        return false;
    }
    base_capacity = capacity;
    return true;
}

bool csimdjson_parser::reserve_nodes(size_t count) {
    if (count <= node_capacity) return true;
    const size_t capacity = std::max(count, std::max<size_t>(256, 2 * node_capacity));
    auto *const grown = static_cast<csimdjson_node *>(std::malloc(capacity * sizeof(csimdjson_node)));
    if (grown == nullptr) return false;
    std::free(nodes);
    nodes = grown;
    node_capacity = capacity;
    return true;
}

Failure csimdjson_parser::parse(const void *bytes, size_t length, csimdjson_document &document) {
    if (length == 0) return {CSIMDJSON_EMPTY, -1};
    if (length > maximum_length || !reserve_source(length)) return {CSIMDJSON_NO_MEMORY, -1};
    std::memcpy(base, bytes, length);
    std::memset(base + length, ' ', simdjson::SIMDJSON_PADDING);
    if (const auto code = stage->stage1(base, length, simdjson::stage1_mode::regular)) {
        return first_stage_failure(code, base, length);
    }
    // Every node begins at a token of its own, so the walk needs no further check.
    if (!reserve_nodes(stage->n_structural_indexes)) return {CSIMDJSON_NO_MEMORY, -1};
    Walk walk(*this, length);
    const Failure failure = walk.run();
    document.node_count = walk.node_count();
    return failure;
}

csimdjson_parser *csimdjson_create(uint32_t maximum_depth) {
    auto *const parser = new (std::nothrow) csimdjson_parser;
    if (parser == nullptr) return nullptr;
    parser->maximum_depth = maximum_depth;
    parser->open = static_cast<uint32_t *>(std::malloc(sizeof(uint32_t) * (size_t(maximum_depth) + 1)));
    if (parser->open == nullptr || !parser->reserve_source(1) || !parser->reserve_nodes(1)) {
        delete parser;
        return nullptr;
    }
    parser->nodes[0] = {0, 0, 0, 0, 1, 0, CSIMDJSON_NULL};
    return parser;
}

void csimdjson_destroy(csimdjson_parser *parser) {
    delete parser;
}

int32_t csimdjson_parse(csimdjson_parser *parser, const void *bytes, size_t length, csimdjson_document *document) {
    const Failure failure = parser->parse(bytes, length, *document);
    if (failure.code) {
        parser->nodes[0] = {0, 0, 0, 0, 1, 0, CSIMDJSON_NULL};
        document->node_count = 1;
    }
    document->base = parser->base;
    document->nodes = parser->nodes;
    document->error_offset = failure.offset;
    return failure.code;
}
