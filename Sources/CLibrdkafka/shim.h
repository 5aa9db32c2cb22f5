// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>

/// librdkafka's table of properties ("name | P/C/* | range | ..."), or NULL; the caller frees it.
/// The library prints it to a stream only, hence the memory stream.
static inline char *clibrdkafka_property_table(void) {
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream) return NULL;
    rd_kafka_conf_properties_show(stream);
    fclose(stream);
    return text;
}

/// Queues one message, payload and key copied. A NULL key or value is null, a pointer with size 0 is empty; a
/// timestamp of 0 is "now". The headers belong to librdkafka on success and stay the caller's on failure.
static inline rd_kafka_error_t *clibrdkafka_produce(
    rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition, const void *key, size_t key_size,
    const void *value, size_t value_size, rd_kafka_headers_t *headers, int64_t timestamp) {
    rd_kafka_vu_t field[7];
    size_t count = 0;
    field[count].vtype = RD_KAFKA_VTYPE_RKT;
    field[count++].u.rkt = topic;
    field[count].vtype = RD_KAFKA_VTYPE_PARTITION;
    field[count++].u.i32 = partition;
    field[count].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    field[count++].u.i = RD_KAFKA_MSG_F_COPY;
    if (key) {
        field[count].vtype = RD_KAFKA_VTYPE_KEY;
        field[count].u.mem.ptr = (void *)key;
        field[count++].u.mem.size = key_size;
    }
    if (value) {
        field[count].vtype = RD_KAFKA_VTYPE_VALUE;
        field[count].u.mem.ptr = (void *)value;
        field[count++].u.mem.size = value_size;
    }
    if (timestamp) {
        field[count].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
        field[count++].u.i64 = timestamp;
    }
    if (headers) {
        field[count].vtype = RD_KAFKA_VTYPE_HEADERS;
        field[count++].u.headers = headers;
    }
    return rd_kafka_produceva(client, field, count);
}
