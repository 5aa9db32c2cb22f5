// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

#include "Text.h"

#include <cstring>

namespace text {

static inline bool is_digit(uint8_t byte) {
    return byte >= '0' && byte <= '9';
}

static const uint8_t *skip_digits(const uint8_t *next, const uint8_t *end) {
    while (next < end && is_digit(*next)) next++;
    return next;
}

bool is_number(const uint8_t *first, const uint8_t *end) {
    const uint8_t *next = first;
    if (next < end && *next == '-') next++;
    if (next == end || !is_digit(*next)) return false;
    next = *next == '0' ? next + 1 : skip_digits(next, end);
    if (next < end && *next == '.') {
        const uint8_t *const digits = next + 1;
        next = skip_digits(digits, end);
        if (next == digits) return false;
    }
    if (next < end && (*next == 'e' || *next == 'E')) {
        next++;
        if (next < end && (*next == '+' || *next == '-')) next++;
        const uint8_t *const digits = next;
        next = skip_digits(digits, end);
        if (next == digits) return false;
    }
    return next == end;
}

/// The value of four hexadecimal digits, or -1.
static int32_t hexadecimal(const uint8_t *first, const uint8_t *end) {
    if (end - first < 4) return -1;
    int32_t value = 0;
    for (int index = 0; index < 4; index++) {
        const uint8_t byte = first[index];
        const uint8_t lower = byte | 0x20;
        if (is_digit(byte)) {
            value = value * 16 + (byte - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            value = value * 16 + (lower - 'a' + 10);
        } else {
            return -1;
        }
    }
    return value;
}

/// The code point of the \u escape (or pair of them) whose digits begin at `first`, or -1; moves `first` behind it.
static int32_t code_point(const uint8_t *&first, const uint8_t *end) {
    const int32_t unit = hexadecimal(first, end);
    if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF)) return -1;
    first += 4;
    if (unit < 0xD800 || unit > 0xDBFF) return unit;
    if (end - first < 6 || first[0] != '\\' || first[1] != 'u') return -1;
    const int32_t low = hexadecimal(first + 2, end);
    if (low < 0xDC00 || low > 0xDFFF) return -1;
    first += 6;
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

static uint8_t *append(int32_t point, uint8_t *out) {
    if (point < 0x80) {
        *out++ = uint8_t(point);
    } else if (point < 0x800) {
        *out++ = uint8_t(0xC0 | (point >> 6));
        *out++ = uint8_t(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        *out++ = uint8_t(0xE0 | (point >> 12));
        *out++ = uint8_t(0x80 | ((point >> 6) & 0x3F));
        *out++ = uint8_t(0x80 | (point & 0x3F));
    } else {
        *out++ = uint8_t(0xF0 | (point >> 18));
        *out++ = uint8_t(0x80 | ((point >> 12) & 0x3F));
        *out++ = uint8_t(0x80 | ((point >> 6) & 0x3F));
        *out++ = uint8_t(0x80 | (point & 0x3F));
    }
    return out;
}

/// What the one-letter escape stands for, or 0.
static uint8_t single(uint8_t letter) {
    switch (letter) {
    case '"': case '\\': case '/': return letter;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
    }
}

uint8_t *unescape(const uint8_t *first, const uint8_t *end, uint8_t *out, const uint8_t *&error) {
    while (first < end) {
        const void *const found = std::memchr(first, '\\', size_t(end - first));
        const uint8_t *const escape = found ? static_cast<const uint8_t *>(found) : end;
        std::memcpy(out, first, size_t(escape - first));
        out += escape - first;
        if (escape == end) return out;
        first = escape + 2;
        const uint8_t letter = escape + 1 < end ? escape[1] : 0;
        if (letter == 'u') {
            const int32_t point = code_point(first, end);
            if (point < 0) {
                error = escape;
                return nullptr;
            }
            out = append(point, out);
        } else if (const uint8_t byte = single(letter)) {
            *out++ = byte;
        } else {
            error = escape;
            return nullptr;
        }
    }
    return out;
}

/// Length of the well-formed UTF-8 sequence (Unicode 15, table 3-7) at `bytes`, or 0.
static size_t sequence_length(const uint8_t *bytes, size_t available) {
    const uint8_t lead = bytes[0];
    if (lead < 0x80) return 1;
    size_t size = 0;
    if (lead >= 0xC2 && lead <= 0xDF) size = 2;
    if (lead >= 0xE0 && lead <= 0xEF) size = 3;
    if (lead >= 0xF0 && lead <= 0xF4) size = 4;
    if (size == 0 || size > available) return 0;
    const uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (bytes[1] < low || bytes[1] > high) return 0;
    for (size_t index = 2; index < size; index++) {
        if ((bytes[index] & 0xC0) != 0x80) return 0;
    }
    return size;
}

size_t first_invalid_utf8(const uint8_t *bytes, size_t length) {
    size_t offset = 0;
    while (offset < length) {
        const size_t size = sequence_length(bytes + offset, length - offset);
        if (size == 0) return offset;
        offset += size;
    }
    return length;
}

int64_t first_broken_string(const uint8_t *bytes, size_t length) {
    int64_t opening = -1;
    for (size_t offset = 0; offset < length; offset++) {
        const uint8_t byte = bytes[offset];
        if (byte == '\\') {
            offset++;
        } else if (byte == '"') {
            opening = opening < 0 ? int64_t(offset) : -1;
        } else if (byte < 0x20 && opening >= 0) {
            return int64_t(offset);
        }
    }
    return opening;
}

}  // namespace text
