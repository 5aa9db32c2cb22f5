#!/usr/bin/env python3
# Licensed under the Apache License, Version 2.0; see LICENSE.
# SPDX-License-Identifier: Apache-2.0
"""Lets Burrow speak with a Kafka 4, which it cannot by itself.

Burrow up to 1.9.3 asks for offsets in the oldest form (ListOffsets, version 0), for which Kafka 4 closes the connection:
such requests are passed on as version 1 and their answers turned back. And Kafka 4.2 writes commits in a form (version 4
of the value in __consumer_offsets) that Burrow does not know: it gets them as version 1. Everything else goes through byte
for byte, so what Burrow sees are the broker's own numbers.
"""
import socket
import struct
import threading

FETCH = 1
LIST_OFFSETS = 2
COMMITS = b"__consumer_offsets"


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        values = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return values[0] if len(values) == 1 else values

    def bytes(self, count):
        self.at += count
        return self.data[self.at - count : self.at]

    def string(self):
        return self.bytes(max(self.take(">h"), 0))


def string(data):
    return struct.pack(">h", len(data)) + data


def newer_request(frame):
    """The same request as version 1, which has no largest number of offsets."""
    reader = Reader(frame)
    _, _, correlation = reader.take(">hhi")
    client = reader.string()
    out = struct.pack(">hhi", LIST_OFFSETS, 1, correlation) + string(client) + reader.bytes(4)
    topics = reader.take(">i")
    out += struct.pack(">i", topics)
    for _ in range(topics):
        out += string(reader.string())
        partitions = reader.take(">i")
        out += struct.pack(">i", partitions)
        for _ in range(partitions):
            out += reader.bytes(12)
            reader.take(">i")
    return out


def older_answer(frame):
    """The same answer as version 0, which has a list of offsets for each partition."""
    reader = Reader(frame)
    out = reader.bytes(4)
    topics = reader.take(">i")
    out += struct.pack(">i", topics)
    for _ in range(topics):
        out += string(reader.string())
        partitions = reader.take(">i")
        out += struct.pack(">i", partitions)
        for _ in range(partitions):
            partition, error, _, offset = reader.take(">ihqq")
            offsets = [offset] if error == 0 else []
            out += struct.pack(f">ihi{len(offsets)}q", partition, error, len(offsets), *offsets)
    return out


def varint(reader):
    value = shift = 0
    while True:
        byte = reader.take(">B")
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value


def to_varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def signed(reader):
    value = varint(reader)
    return (value >> 1) ^ -(value & 1)


def to_signed(value):
    return to_varint((value << 1) ^ (value >> 63))


def make_table():
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        yield byte


CASTAGNOLI = list(make_table())


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CASTAGNOLI[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def older_commit(key, value):
    """A commit as version 1: offset, metadata, time of the commit, and a time of expiry that it does not have."""
    if key is None or value is None or struct.unpack_from(">h", key)[0] > 1 or struct.unpack_from(">h", value)[0] != 4:
        return value
    reader = Reader(value)
    _, offset, _ = reader.take(">hqi")
    metadata = reader.bytes(varint(reader) - 1)
    return struct.pack(">hq", 1, offset) + string(metadata) + struct.pack(">qq", reader.take(">q"), -1)


def older_record(reader):
    reader = Reader(reader.bytes(signed(reader)))
    out = reader.bytes(1) + to_signed(signed(reader)) + to_signed(signed(reader))
    texts = []
    for _ in range(2):
        length = signed(reader)
        texts.append(None if length < 0 else reader.bytes(length))
    for text in (texts[0], older_commit(*texts)):
        out += to_signed(-1) if text is None else to_signed(len(text)) + text
    out += reader.data[reader.at :]
    return to_signed(len(out)) + out


def older_batches(data):
    """Batches with older commits; what is cut off at the end stays as it is."""
    out, at = b"", 0
    while len(data) - at >= 61:
        (length,) = struct.unpack_from(">i", data, at + 8)
        batch = data[at : at + 12 + length]
        if len(batch) < 12 + length:
            break
        at += len(batch)
        isControl = batch[22] & 0x20
        if not isControl:
            reader = Reader(batch[61:])
            (count,) = struct.unpack_from(">i", batch, 57)
            records = b"".join(older_record(reader) for _ in range(count))
            body = batch[21:61] + records
            head = batch[:8] + struct.pack(">i", 9 + len(body)) + batch[12:17] + struct.pack(">I", crc32c(body))
            batch = head + body
        out += batch
    return out + data[at:]


def older_fetch(frame, version):
    """The same answer to Fetch 4 to 11 with older commits in it."""
    reader = Reader(frame)
    out = reader.bytes(8 if version < 7 else 14)
    topics = reader.take(">i")
    out += struct.pack(">i", topics)
    for _ in range(topics):
        name = reader.string()
        partitions = reader.take(">i")
        out += string(name) + struct.pack(">i", partitions)
        for _ in range(partitions):
            out += reader.bytes(22 if version < 5 else 30)
            aborted = reader.take(">i")
            out += struct.pack(">i", aborted) + reader.bytes(16 * max(aborted, 0) + (4 if version >= 11 else 0))
            size = reader.take(">i")
            records = reader.bytes(max(size, 0))
            if name == COMMITS:
                records = older_batches(records)
            out += struct.pack(">i", len(records) if size >= 0 else -1) + records
    return out


def exactly(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def pump(source, sink, change):
    try:
        while True:
            (length,) = struct.unpack(">i", exactly(source, 4))
            frame = change(exactly(source, length))
            sink.sendall(struct.pack(">i", len(frame)) + frame)
    except (OSError, EOFError):
        for connection in (source, sink):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def serve(client, broker):
    server = socket.create_connection(("127.0.0.1", broker))
    asked = {}

    def request(frame):
        key, version, correlation = struct.unpack_from(">hhi", frame)
        if key == FETCH:
            asked[correlation] = lambda answer: older_fetch(answer, version)
        if (key, version) != (LIST_OFFSETS, 0):
            return frame
        asked[correlation] = older_answer
        return newer_request(frame)

    def answer(frame):
        (correlation,) = struct.unpack_from(">i", frame)
        change = asked.pop(correlation, None)
        return change(frame) if change else frame

    threading.Thread(target=pump, args=(client, server, request), daemon=True).start()
    threading.Thread(target=pump, args=(server, client, answer), daemon=True).start()


def start(port, broker):
    """Listens on a loopback port and passes on to another, on threads of their own."""
    listener = socket.create_server(("127.0.0.1", port))

    def accept():
        while True:
            client, _ = listener.accept()
            try:
                serve(client, broker)
            except OSError:
                client.close()

    threading.Thread(target=accept, daemon=True).start()
