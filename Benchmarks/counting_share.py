#!/usr/bin/python3
# Licensed under the Apache License, Version 2.0; see LICENSE.
# SPDX-License-Identifier: Apache-2.0
"""Says what share of a worker's processor time its counting takes, of what perf has recorded with call graphs.

counting_share.py PERF_DATA EXECUTABLE

A sample counts where one of its frames is of counting: by the function, or, where that was inlined, by the source file.
"""
import collections
import re
import subprocess
import sys

KINDS = [
    ("HTTP threads", None),
    ("counters, histograms, gauges", re.compile(r"/Telemetry/(Counter|Histogram|Gauge|AtomicDouble|SeriesTable|Metrics)")),
    ("records by mapping and result", re.compile(r"RecordCounters\.swift")),
    ("lag in seconds", re.compile(r"(UnfinishedRecords|SecondsOfLag|UnreadRecords)\.swift")),
    ("librdkafka's statistics", re.compile(r"/KafkaTelemetry/|rd_kafka_stats_emit")),
    ("heartbeat, with counts of what waits", re.compile(r"StatusReporter\.swift")),
]


def output(*command, stdin=None):
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=True).stdout


def places(executable, addresses):
    """The source files of each address, those of inlined functions included."""
    found, current = collections.defaultdict(set), None
    text = output("addr2line", "-a", "-i", "-e", executable, stdin="\n".join(hex(address) for address in addresses))
    for line in text.splitlines():
        if line.startswith("0x"):
            current = int(line, 16)
        else:
            found[current].add(line.rsplit(":", 1)[0])
    return found


def main(data, executable):
    symbols = {}
    for line in output("nm", executable).splitlines():
        words = line.split()
        if len(words) == 3:
            symbols[words[2]] = int(words[0], 16)
    samples = []
    script = output("perf", "script", "-i", data, "--no-demangle", "-F", "comm,ip,sym,symoff,dso")
    for block in script.split("\n\n"):
        lines = block.splitlines()
        if len(lines) < 2:
            continue
        frames = []
        for number, line in enumerate(lines[1:]):
            match = re.match(r"\s*[0-9a-f]+ (\S+?)(?:\+(0x[0-9a-f]+))? \((.*)\)$", line)
            if not match:
                continue
            address = None
            if match[3].endswith(executable.rsplit("/", 1)[-1]) and match[1] in symbols:
                # A return address lies behind the call.
                address = symbols[match[1]] + int(match[2] or "0", 16) - (1 if number else 0)
            frames.append((match[1], address))
        samples.append((lines[0].strip(), frames))
    known = places(executable, sorted({address for _, frames in samples for _, address in frames if address}))
    counts, known_callers = collections.Counter(), 0
    for thread, frames in samples:
        known_callers += any(text.endswith("/WorkerRuntime/Worker.swift") for _, a in frames for text in known.get(a, ()))
        texts = [text for name, address in frames for text in (name, *known.get(address, ()))]
        for kind, pattern in KINDS:
            if thread.startswith("MHD-") if pattern is None else any(pattern.search(text) for text in texts):
                counts[kind] += 1
                break
    for kind, _ in KINDS:
        print(f"{kind:40} {100 * counts[kind] / len(samples):6.3f} %")
    # Functions in C that keep no frame pointer hide who called them, so the share lies between these two.
    http = counts.pop(KINDS[0][0], 0)
    print(f"{'counting, of what has known callers':40} {100 * sum(counts.values()) / max(1, known_callers):6.3f} %")
    counts["http"] = http
    print(f"{'all of it':40} {100 * sum(counts.values()) / len(samples):6.3f} % of {len(samples)} samples")


main(*sys.argv[1:])
