#!/usr/bin/env python3
# Licensed under the Apache License, Version 2.0; see LICENSE.
# SPDX-License-Identifier: Apache-2.0
"""A broker, ZooKeeper, Burrow, two workers and the coordinator, and what is asked of them."""
import json
import os
import socket
import subprocess
import time
import urllib.request
import uuid

import older_kafka_proxy

GROUPS = ["unit-worker", "product-worker"]
COMPANY = "CRONUS International Ltd."


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def until(what, seconds, claim):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = claim()
        if found:
            return found
        time.sleep(0.5)
    raise SystemExit(f"not within {seconds} s: {what}")


class Scene:
    """All processes, and what is asked of them."""

    def __init__(self, home, executables, folder):
        self.home, self.executables, self.folder = home, executables, folder
        self.processes = {}
        names = ["kafka", "controller", "inner", "outer", "zookeeper", "burrow"]
        self.ports = dict(zip(names, free_ports(len(names))))
        self.servers = f"127.0.0.1:{self.ports['kafka']}"
        self.environment = dict(
            os.environ,
            LOG_DIR=folder,
            KAFKA_HEAP_OPTS="-Xmx512m",
            KAFKA_BOOTSTRAP_SERVERS=self.servers,
            SYNC_COMPANY=COMPANY,
            SYNC_LOCAL_CURRENCY="GBP",
            SYNC_HTTP="127.0.0.1:0",
            SYNC_GATE_HIGH="50",
            SYNC_GATE_LOW="5",
        )

    def start(self, name, command, **more):
        log = open(f"{self.folder}/{name}.log", "ab")
        self.processes[name] = subprocess.Popen(
            command,
            env=dict(self.environment, **more),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )

    def worker(self, name):
        self.start(name, [f"{self.executables}/{name}"], SYNC_STATE_DIR=f"{self.folder}/{name}", SYNC_INSTANCE="a")

    def kill(self, name):
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def stop(self):
        for name in reversed(list(self.processes)):
            self.kill(name)

    def run(self, *command, text=None):
        result = subprocess.run(command, env=self.environment, capture_output=True, text=True, input=text, timeout=120)
        return result.stdout

    def syncctl(self, *arguments, text=None):
        return self.run(f"{self.executables}/syncctl", *arguments, text=text)

    def start_all(self):
        self.start_kafka()
        self.start_burrow()
        self.syncctl("topics", "apply")
        for name in GROUPS + ["coordinator"]:
            self.worker(name)

    def start_kafka(self):
        lines = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{self.ports['controller']}",
            "listeners": f"PLAINTEXT://{self.servers},BURROW://127.0.0.1:{self.ports['inner']},"
            f"CONTROLLER://127.0.0.1:{self.ports['controller']}",
            "advertised.listeners": f"PLAINTEXT://{self.servers},BURROW://127.0.0.1:{self.ports['outer']}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,BURROW:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
            "message.max.bytes": 8454144,
            "log.dirs": f"{self.folder}/data",
        }
        path = f"{self.folder}/server.properties"
        with open(path, "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in lines.items())
        storage = f"{self.home}/bin/kafka-storage.sh"
        # Any 22 characters of base64 are a cluster's id.
        cluster = uuid.uuid4().hex[:22]
        self.run(storage, "format", "--cluster-id", cluster, "--config", path)
        self.start("kafka", [f"{self.home}/bin/kafka-server-start.sh", path])
        until("topics", 60, lambda: "topic" in self.syncctl("topics", "apply"))
        older_kafka_proxy.start(self.ports["outer"], self.ports["inner"])

    def start_burrow(self):
        with open(f"{self.folder}/zoo.cfg", "w") as file:
            file.write(
                f"tickTime=2000\ndataDir={self.folder}/zookeeper\nclientPort={self.ports['zookeeper']}\n"
                "clientPortAddress=127.0.0.1\nadmin.enableServer=false\n"
            )
        main = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
        jars = "/usr/share/java/zookeeper.jar:/usr/share/java/*"
        self.start("zookeeper", ["java", "-Xmx64m", "-cp", jars, main, f"{self.folder}/zoo.cfg"])
        with open(f"{self.folder}/burrow.toml", "w") as file:
            file.write(BURROW.format(folder=self.folder, **self.ports))

        def listens():
            try:
                socket.create_connection(("127.0.0.1", self.ports["zookeeper"]), 1).close()
                return True
            except OSError:
                return False

        until("ZooKeeper", 30, listens)
        self.start("burrow", ["Burrow", "-config-dir", self.folder])

    def burrow(self, group):
        """What Burrow says of a group: its verdict, and committed offset and lag by partition."""
        url = f"http://127.0.0.1:{self.ports['burrow']}/v3/kafka/local/consumer/{group}/lag"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                status = json.load(answer)["status"]
        except OSError:
            return "-", {}
        partitions = {
            (each["topic"], each["partition"]): (each["end"]["offset"], each["current_lag"])
            for each in status["partitions"] or []
            if each["end"]
        }
        kinds = sorted({each["status"] for each in status["partitions"] or []} - {"OK"})
        return status["status"] + (f" ({', '.join(kinds)})" if kinds else ""), partitions

    def kafka(self, group):
        """The same by Kafka's own tool, which has no verdict."""
        command = [f"{self.home}/bin/kafka-consumer-groups.sh", "--bootstrap-server", self.servers]
        rows = [line.split() for line in self.run(*command, "--describe", "--group", group).splitlines()]
        return {(row[1], int(row[2])): (int(row[3]), int(row[5])) for row in rows if row[:1] == [group] and row[3] != "-"}

    def ours(self, group):
        report = json.loads(self.syncctl("lag", "--group", group, "--json"))
        partitions = {
            (each["topic"], each["partition"]): (each["committed"], each["lag"])
            for each in report["partitions"]
            if "committed" in each
        }
        verdicts = [each["verdict"] for each in report.get("verdicts", [])]
        return (verdicts or ["-"])[0], partitions

    def put_raw(self, topic, lines):
        command = [f"{self.home}/bin/kafka-run-class.sh", "org.apache.kafka.tools.ConsoleProducer"]
        self.run(*command, "--bootstrap-server", self.servers, "--topic", topic, text="\n".join(lines) + "\n")


BURROW = """
[general]
pidfile="{folder}/burrow.pid"
[logging]
filename="{folder}/burrow-own.log"
level="warn"
[zookeeper]
servers=["127.0.0.1:{zookeeper}"]
timeout=6
root-path="/burrow"
[client-profile.own]
client-id="burrow"
kafka-version="2.1.0"
[httpserver.default]
address="127.0.0.1:{burrow}"
[storage.default]
class-name="inmemory"
intervals=15
min-distance=1
[evaluator.default]
class-name="caching"
expire-cache=1
[cluster.local]
class-name="kafka"
servers=["127.0.0.1:{outer}"]
client-profile="own"
topic-refresh=2
offset-refresh=1
[consumer.local]
class-name="kafka"
cluster="local"
servers=["127.0.0.1:{outer}"]
client-profile="own"
"""
