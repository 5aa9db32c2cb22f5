// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0
//
// The least that restoring a local state costs: reads a changelog to its end and stores key and value as they are, with the
// same client and the same store as the worker, set up in the same way. Prints the records and the seconds.

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <lmdb.h>
#include <librdkafka/rdkafka.h>

enum { BATCH = 5000, WAKE_MS = 5 };

static void fail(const char *what, const char *why) {
  fprintf(stderr, "BareLoader: %s: %s\n", what, why);
  exit(1);
}

static void check(const char *what, int code) {
  if (code) fail(what, mdb_strerror(code));
}

static const char *needed(const char *name) {
  const char *value = getenv(name);
  if (!value) fail(name, "is not set");
  return value;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
  char text[512];
  if (rd_kafka_conf_set(conf, name, value, text, sizeof text) != RD_KAFKA_CONF_OK) fail(name, text);
}

int main(void) {
  const char *topic = needed("CHANGELOG");
  int partitions = atoi(needed("PARTITIONS"));
  char text[512];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", needed("KAFKA_BOOTSTRAP_SERVERS"));
  set(conf, "group.id", "unused");
  set(conf, "isolation.level", "read_committed");
  set(conf, "enable.partition.eof", "true");
  set(conf, "enable.auto.commit", "false");
  set(conf, "queued.max.messages.kbytes", "8192");
  rd_kafka_t *consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
  if (!consumer) fail("a consumer", text);
  rd_kafka_poll_set_consumer(consumer);

  MDB_env *environment;
  MDB_txn *transaction;
  MDB_dbi table;
  check("environment", mdb_env_create(&environment));
  check("map size", mdb_env_set_mapsize(environment, (size_t)16 << 30));
  check("open", mdb_env_open(environment, needed("DIRECTORY"), MDB_WRITEMAP | MDB_NOSYNC | MDB_NOMETASYNC, 0600));
  check("begin", mdb_txn_begin(environment, NULL, 0, &transaction));
  check("table", mdb_dbi_open(transaction, NULL, MDB_CREATE, &table));

  double began = now(), woken = began;
  rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(partitions);
  for (int index = 0; index < partitions; index++)
    rd_kafka_topic_partition_list_add(all, topic, index)->offset = RD_KAFKA_OFFSET_BEGINNING;
  if (rd_kafka_assign(consumer, all)) fail("assign", topic);
  int64_t records = 0;
  int ended = 0;
  while (ended < partitions) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, 100);
    if (!message) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      ended++;
    } else if (!message->err) {
      MDB_val key = {message->key_len, message->key}, value = {message->len, message->payload};
      check("put", mdb_put(transaction, table, &key, &value, 0));
      if (++records % BATCH == 0) {
        check("commit", mdb_txn_commit(transaction));
        check("begin", mdb_txn_begin(environment, NULL, 0, &transaction));
      }
      // A consumer queue that was full is looked at again only when the broker's thread wakes.
      if (records % 32 == 0 && now() - woken > WAKE_MS / 1e3) {
        for (int index = 0; index < all->cnt; index++) all->elems[index].offset = RD_KAFKA_OFFSET_END;
        rd_kafka_offsets_for_times(consumer, all, 1000);
        woken = now();
      }
    }
    rd_kafka_message_destroy(message);
  }
  check("commit", mdb_txn_commit(transaction));
  printf("%" PRId64 " %.3f\n", records, now() - began);
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  mdb_env_close(environment);
  return 0;
}
