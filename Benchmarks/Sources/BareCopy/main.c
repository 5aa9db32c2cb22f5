// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0
//
// The least that an exactly-once copy does, as fast as librdkafka can: reads events and writes two records of given sizes
// for each, in order, in transactions with the consumed offsets; no parsing, no mapping, no state. What any program on
// this client has to pay, so the baseline of the pipeline's benchmark.
//
// Two producers in turn, the next batch produced only after the last one has committed; a cheap request wakes the fetcher.

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>

enum { PRODUCERS = 2, TIMEOUT_MS = 30000, WAKE_MS = 5 };

static volatile sig_atomic_t is_stopping;
static atomic_int is_assigned;
static rd_kafka_t *consumer;

static void stop(int number) {
  (void)number;
  is_stopping = 1;
}

static void fail(const char *what, const char *why) {
  fprintf(stderr, "BareCopy: %s: %s\n", what, why);
  exit(1);
}

static void check(const char *what, rd_kafka_error_t *error) {
  if (error) fail(what, rd_kafka_error_string(error));
}

static const char *needed(const char *name) {
  const char *value = getenv(name);
  if (!value) fail(name, "is not set");
  return value;
}

static int64_t now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
  char text[512];
  if (rd_kafka_conf_set(conf, name, value, text, sizeof text) != RD_KAFKA_CONF_OK) fail(name, text);
}

static rd_kafka_t *make(rd_kafka_type_t type, rd_kafka_conf_t *conf) {
  char text[512];
  rd_kafka_t *client = rd_kafka_new(type, conf, text, sizeof text);
  if (!client) fail("a client", text);
  return client;
}

static rd_kafka_t *make_producer(int index) {
  char id[256];
  snprintf(id, sizeof id, "%s-%d", needed("GROUP"), index);
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", needed("KAFKA_BOOTSTRAP_SERVERS"));
  set(conf, "transactional.id", id);
  set(conf, "partitioner", "murmur2_random");
  set(conf, "linger.ms", "5");
  set(conf, "queue.buffering.max.messages", "1000000");
  set(conf, "message.max.bytes", "8454144");
  set(conf, "delivery.report.only.error", "true");
  set(conf, "transaction.timeout.ms", "10000");
  rd_kafka_t *producer = make(RD_KAFKA_PRODUCER, conf);
  check("transactions", rd_kafka_init_transactions(producer, TIMEOUT_MS));
  return producer;
}

static void rebalanced(rd_kafka_t *client, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t *partitions,
                       void *opaque) {
  (void)opaque;
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    rd_kafka_assign(client, partitions);
    atomic_store(&is_assigned, 1);
  } else {
    atomic_store(&is_assigned, 0);
    rd_kafka_assign(client, NULL);
  }
}

// A consumer queue that was full is looked at again only when the broker's thread wakes.
static void *wake(void *ignored) {
  (void)ignored;
  while (!is_stopping) {
    usleep(WAKE_MS * 1000);
    rd_kafka_topic_partition_list_t *partitions = NULL;
    if (!atomic_load(&is_assigned) || rd_kafka_assignment(consumer, &partitions)) continue;
    for (int index = 0; index < partitions->cnt; index++) partitions->elems[index].offset = RD_KAFKA_OFFSET_END;
    if (partitions->cnt > 0) rd_kafka_offsets_for_times(consumer, partitions, 1000);
    rd_kafka_topic_partition_list_destroy(partitions);
  }
  return NULL;
}

static void produce(rd_kafka_t *producer, const char *topic, int32_t partition, const void *key, size_t key_size,
                    const void *value, size_t size) {
  rd_kafka_resp_err_t code;
  do {
    code = rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size),
                             RD_KAFKA_V_VALUE((void *)value, size), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) rd_kafka_poll(producer, 1);
  } while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL);
  if (code) fail("produce", rd_kafka_err2str(code));
}

int main(void) {
  const char *input = needed("INPUT"), *outbound = needed("OUTBOUND"), *changelog = needed("CHANGELOG");
  const char *key_prefix = needed("KEY_PREFIX");
  size_t outbound_size = strtoul(needed("OUTBOUND_BYTES"), NULL, 10);
  size_t changelog_size = strtoul(needed("CHANGELOG_BYTES"), NULL, 10);
  int batch_max = atoi(needed("BATCH_MAX")), interval_ms = atoi(needed("COMMIT_INTERVAL_MS"));
  signal(SIGTERM, stop);
  signal(SIGINT, stop);

  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", needed("KAFKA_BOOTSTRAP_SERVERS"));
  set(conf, "group.id", needed("GROUP"));
  set(conf, "group.instance.id", needed("GROUP"));
  set(conf, "partition.assignment.strategy", "range");
  set(conf, "isolation.level", "read_committed");
  set(conf, "enable.auto.commit", "false");
  set(conf, "enable.auto.offset.store", "false");
  set(conf, "auto.offset.reset", "earliest");
  set(conf, "session.timeout.ms", "10000");
  set(conf, "queued.max.messages.kbytes", "8192");
  rd_kafka_conf_set_rebalance_cb(conf, rebalanced);
  consumer = make(RD_KAFKA_CONSUMER, conf);
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_t *producers[PRODUCERS];
  for (int index = 0; index < PRODUCERS; index++) producers[index] = make_producer(index);
  rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, input, RD_KAFKA_PARTITION_UA);
  if (rd_kafka_subscribe(consumer, topics)) fail("subscribe", input);
  rd_kafka_topic_partition_list_destroy(topics);
  pthread_t waker;
  pthread_create(&waker, NULL, wake, NULL);

  // The largest of both, and room for where the event lay, which the checker reads.
  size_t size = (outbound_size > changelog_size ? outbound_size : changelog_size) + 128;
  char *value = malloc(size), key[512];
  memset(value, 'x', size);
  rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(64);
  rd_kafka_consumer_group_metadata_t *metadata = NULL;
  rd_kafka_t *producer = NULL;
  int events = 0, turn = 0;
  int64_t began = 0, last_commit = 0;

  while (!is_stopping) {
    int64_t left = producer ? began + interval_ms - now_ms() : 100;
    int64_t early = producer ? last_commit + interval_ms - now_ms() : 100;
    if (early < left) left = early;
    rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, left > 0 ? (int)left : 0);
    if (message && !message->err) {
      if (!producer) {
        producer = producers[turn];
        turn = (turn + 1) % PRODUCERS;
        check("begin", rd_kafka_begin_transaction(producer));
        metadata = rd_kafka_consumer_group_metadata(consumer);
        began = now_ms();
      }
      int length = snprintf(key, sizeof key, "%s%.*s", key_prefix, (int)message->key_len, (const char *)message->key);
      rd_kafka_timestamp_type_t type;
      int written = snprintf(value, size, "%d %lld %lld ", message->partition, (long long)message->offset,
                             (long long)rd_kafka_message_timestamp(message, &type));
      value[written] = 'x';
      produce(producer, outbound, RD_KAFKA_PARTITION_UA, key, (size_t)length, value, outbound_size);
      produce(producer, changelog, message->partition, key, (size_t)length, value, changelog_size);
      const char *topic = rd_kafka_topic_name(message->rkt);
      rd_kafka_topic_partition_t *offset = rd_kafka_topic_partition_list_find(offsets, topic, message->partition);
      if (!offset) offset = rd_kafka_topic_partition_list_add(offsets, topic, message->partition);
      offset->offset = message->offset + 1;
      events++;
    } else if (message && message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      fprintf(stderr, "BareCopy: %s\n", rd_kafka_message_errstr(message));
    }
    int is_idle = message == NULL;
    if (message) rd_kafka_message_destroy(message);
    if (!producer) continue;
    int64_t now = now_ms();
    if (events >= batch_max || now - began >= interval_ms || (is_idle && now - last_commit >= interval_ms)) {
      check("offsets", rd_kafka_send_offsets_to_transaction(producer, offsets, metadata, TIMEOUT_MS));
      check("commit", rd_kafka_commit_transaction(producer, TIMEOUT_MS));
      rd_kafka_consumer_group_metadata_destroy(metadata);
      rd_kafka_topic_partition_list_destroy(offsets);
      offsets = rd_kafka_topic_partition_list_new(64);
      producer = NULL;
      events = 0;
      last_commit = now_ms();
    }
  }
  pthread_join(waker, NULL);
  if (producer) rd_kafka_abort_transaction(producer, TIMEOUT_MS);
  rd_kafka_consumer_close(consumer);
  for (int index = 0; index < PRODUCERS; index++) rd_kafka_destroy(producers[index]);
  rd_kafka_destroy(consumer);
  return 0;
}
