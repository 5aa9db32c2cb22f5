#!/usr/bin/env python3
# Licensed under the Apache License, Version 2.0; see LICENSE.
# SPDX-License-Identifier: Apache-2.0
"""Validates captured Kafka records against Topics/asyncapi.yaml and Topics/schemas.

Reads JSON Lines, one record each: {"topic": text, "key": text or null, "headers": {name: text}, "value": any JSON}.
A record whose topic is a dead-letter topic keeps its raw value, which is not looked at; its headers are.
Prints one line for each invalid record (at most --show), then `N messages, M invalid`; exit status 1 if M > 0.
"""

import argparse
import collections
import json
import sys

import contract


def problems_of(record, topics, prefix):
    """What is wrong with one captured record; an empty list when nothing is."""
    topic = record.get("topic")
    if not isinstance(topic, str) or not topic.startswith(prefix):
        return [f"topic {topic!r} does not begin with the prefix {prefix!r}"]
    messages = topics.get(topic[len(prefix):])
    if messages is None:
        return [f"topic {topic!r} is not in asyncapi.yaml"]
    key, headers, value = record.get("key"), record.get("headers"), record.get("value")
    if isinstance(value, dict) and any(message.type == value.get("type") for message in messages if message.type):
        messages = [message for message in messages if message.type == value["type"]]
    results = [message.problems(key, headers, value) for message in messages]
    return min(results, key=len)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", metavar="FILE", help="JSON Lines; - for standard input")
    parser.add_argument("--topics", default=contract.TOPICS, help="folder of asyncapi.yaml (default: the project's)")
    parser.add_argument("--prefix", default="", help="what SYNC_TOPIC_PREFIX was")
    parser.add_argument("--skip", action="append", default=[], metavar="START",
                        help="leave out topics that begin so, such as bc.changes. where bad input was sent on purpose")
    parser.add_argument("--show", type=int, default=20, metavar="N", help="invalid records to print (default 20)")
    parser.add_argument("--counts", action="store_true", help="print how many records each topic had")
    options = parser.parse_args()

    topics = contract.channels(contract.read_document(options.topics), options.topics)
    counts, total, invalid = collections.Counter(), 0, 0
    for name in options.files:
        with open(sys.stdin.fileno() if name == "-" else name, encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    record = json.loads(line)
                    record["topic"]
                except (ValueError, TypeError, KeyError) as error:
                    sys.exit(f"{name}:{number}: no captured record: {error}")
                if any(str(record["topic"]).startswith(options.prefix + start) for start in options.skip):
                    continue
                total += 1
                counts[record["topic"]] += 1
                problems = problems_of(record, topics, options.prefix)
                if problems:
                    invalid += 1
                    if invalid <= options.show:
                        print(f"{name}:{number}: {record['topic']}: {'; '.join(problems)}")
    if options.counts:
        for topic, count in sorted(counts.items()):
            print(f"{count:8} {topic}")
    print(f"{total} messages, {invalid} invalid")
    sys.exit(1 if invalid else 0)


if __name__ == "__main__":
    main()
