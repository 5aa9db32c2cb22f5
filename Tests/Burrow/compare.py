#!/usr/bin/env python3
# Licensed under the Apache License, Version 2.0; see LICENSE.
# SPDX-License-Identifier: Apache-2.0
"""Burrow, kafka-consumer-groups.sh and syncctl side by side on the same groups of an Apache Kafka.

usage: KAFKA_HOME=… compare.py [folder of the executables, .build/debug by default]

Starts a broker, ZooKeeper (which Burrow wants), Burrow, two workers and the coordinator, and takes them through five
situations. Offsets and lag have to be the same for all three where nothing moves; the verdicts are printed as a table.
Ends with 1 where they differ. Where Burrow or ZooKeeper is not installed it says so and ends with 0.
"""
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import uuid

from scene import GROUPS, Scene, until

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(0)


class Load:
    """Updates of the demo company's items, some a second, until it is ended."""

    def __init__(self, scene, poison=False):
        self.scene, self.poison = scene, poison
        with open(f"{PROJECT}/Examples/contoso/items.jsonl") as file:
            self.items = [json.loads(line) for line in file]
        self.isEnding = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.isEnding.set()
        self.thread.join()

    def run(self):
        number = 0
        while not self.isEnding.wait(0.5):
            number += 1
            items = [dict(self.items[(10 * number + each) % len(self.items)]) for each in range(10)]
            for item in items:
                item["unitPrice"] = number
                item.pop("lastModifiedDateTime", None)
            lines = "\n".join(json.dumps(item) for item in items)
            self.scene.syncctl("send", "-", "--topic", "items", text=lines)
            if self.poison and number % 4 == 0:
                self.scene.put_raw("bc.changes.items", ["no JSON", '{"op":"u","after":{"systemId":7}}'])


class Comparison:
    def __init__(self, scene):
        self.scene = scene
        self.rows, self.faults = [], []

    def watch(self, situation, group, seconds, wanted=None):
        """Notes each verdict that both give, with the seconds after which it came; until both are as wanted."""
        began = time.monotonic()
        seen = {"ours": [], "burrow": []}
        while time.monotonic() - began < seconds:
            now = {"ours": self.scene.ours(group)[0], "burrow": self.scene.burrow(group)[0]}
            for who, verdict in now.items():
                if not seen[who] or seen[who][-1][0] != verdict:
                    seen[who].append((verdict, int(time.monotonic() - began)))
            if wanted and now["ours"] == wanted[0] and now["burrow"].startswith(wanted[1]):
                break
            time.sleep(1)
        words = {who: ", then ".join(f"{name} ({at} s)" for name, at in steps) for who, steps in seen.items()}
        last = {who: steps[-1][0] for who, steps in seen.items()}
        if wanted and last["ours"] != wanted[0]:
            self.faults.append(f"{situation}: {group} is {words['ours']}, not {wanted[0]}")
        self.rows.append([situation, group, words["ours"], words["burrow"]])

    def agree(self, situation, group):
        """Compares offsets and lag of all three; nothing moves, but Burrow looks at the ends only once a second."""

        def same():
            ours, kafka = self.scene.ours(group)[1], self.scene.kafka(group)
            burrow = self.scene.burrow(group)[1]
            self.last = {"syncctl": ours, "kafka": kafka, "burrow": burrow}
            # Burrow knows no partition before the first commit that it has seen.
            return ours == kafka and burrow and all(kafka.get(each) == found for each, found in burrow.items())

        deadline = time.monotonic() + 20
        while not same():
            if time.monotonic() > deadline:
                self.faults.append(f"{situation}: {group} differs: {self.last}")
                return
            time.sleep(1)
        partitions = self.last["kafka"].values()
        self.rows[-1].append(
            f"{len(self.last['burrow'])} of {len(partitions)} partitions, lag {sum(lag for _, lag in partitions)}: the same"
        )

    def settle(self):
        """Waits until all is read and the coordinator has said so."""

        def rests(group):
            verdict, partitions = self.scene.ours(group)
            return verdict == "ok" and not any(lag for _, lag in partitions.values())

        until("rest", 120, lambda: all(rests(group) for group in GROUPS))

    def table(self):
        lines = ["| situation | group | syncctl | Burrow | offsets and lag of all three |", "| --- | --- | --- | --- | --- |"]
        return "\n".join(lines + ["| " + " | ".join(row + ["–"] * (5 - len(row))) + " |" for row in self.rows])


def units(scene, count):
    """As many events of units of one item, with ids of their own."""
    with open(f"{PROJECT}/Examples/contoso/item-units.jsonl") as file:
        unit = json.loads(next(file))
    lines = [json.dumps(dict(unit, systemId=str(uuid.uuid4()), code=f"U{each}")) for each in range(count)]
    scene.syncctl("send", "-", "--topic", "item-units", text="\n".join(lines))


def play(scene, comparison):
    scene.start_all()
    scene.syncctl("send", *(f"{PROJECT}/Examples/contoso/{name}.jsonl" for name in ("item-units", "items")))
    comparison.settle()
    for group in GROUPS:
        comparison.watch("idle", group, 60, ("ok", "OK"))
        comparison.agree("idle", group)

    with Load(scene):
        comparison.watch("steady load", "product-worker", 60)
    comparison.settle()
    comparison.agree("steady load", "product-worker")

    with Load(scene):
        time.sleep(10)
        scene.kill("product-worker")
        comparison.watch("worker killed", "product-worker", 120, ("stopped", "ERR"))
    comparison.agree("worker killed", "product-worker")
    scene.worker("product-worker")
    comparison.settle()

    scene.syncctl("hold", "ITEM UOM", "--reason", "a comparison")
    time.sleep(2)
    units(scene, 200)
    until("a closed gate", 30, lambda: "gate of product-worker is closed" in scene.syncctl("status", "--quick"))
    with Load(scene):
        comparison.watch("paused by a gate", "product-worker", 120, ("held-back", "ERR"))
    comparison.agree("paused by a gate", "product-worker")
    comparison.watch("paused by a hold", "unit-worker", 60, ("held-back", "ERR"))
    comparison.agree("paused by a hold", "unit-worker")
    scene.syncctl("release", "ITEM UOM")
    comparison.settle()

    with Load(scene, poison=True):
        comparison.watch("poison records", "product-worker", 60)
    comparison.settle()
    comparison.agree("poison records", "product-worker")
    letters = len(json.loads(scene.syncctl("dead-letters", "list", "--limit", "1000", "--json")))
    comparison.rows[-1][0] += f" ({letters} dead letters)"
    if letters == 0:
        comparison.faults.append("no poison record became a dead letter")
    for row in comparison.rows:
        if row[0].startswith(("steady", "poison")) and row[2] != "ok (0 s)":
            comparison.faults.append(f"{row[0]}: {row[2]}, not ok throughout")


def main():
    home = os.environ.get("KAFKA_HOME") or skip("KAFKA_HOME names no Apache Kafka")
    if not shutil.which("Burrow"):
        skip("Burrow is not installed (Debian: apt-get install burrow)")
    if not os.path.exists("/usr/share/java/zookeeper.jar"):
        skip("ZooKeeper, which Burrow wants, is not installed (Debian: apt-get install zookeeper)")
    executables = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else f"{PROJECT}/.build/debug")
    folder = tempfile.mkdtemp(prefix="burrow-")
    scene = Scene(home, executables, folder)
    comparison = Comparison(scene)
    # What was started is stopped whatever ends this.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        play(scene, comparison)
    finally:
        scene.stop()
        print(comparison.table(), flush=True)
    for fault in comparison.faults:
        print(fault)
    if comparison.faults:
        print(f"logs are in {folder}")
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
