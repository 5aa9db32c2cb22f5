#!/usr/bin/env python3
# Licensed under the Apache License, Version 2.0; see LICENSE.
# SPDX-License-Identifier: Apache-2.0
"""Shows that the validation of messages finds what is wrong: each schema's example is changed in one place."""

import copy
import json
import unittest
from pathlib import Path

import contract
import validate_messages

ID = "579023fe-888a-57ea-8ea9-e074c9acd461"
PAIR = f"ITEM-PRODUCT/CRONUS International Ltd./{ID}"
OUTBOUND_HEADERS = {
    "ce_specversion": "1.0",
    "ce_id": "0b3c1a52-5d0e-5f77-8a56-3f5e0c3b9a11",
    "ce_source": "bc.changes.items",
    "ce_type": "outbound-change",
    "ce_time": "2026-01-01T00:00:00Z",
    "sync-mapping": "ITEM-PRODUCT",
    "sync-operation": "create",
}
REMOVED = object()


class MessageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.topics = contract.channels(contract.read_document())

    def example(self, name):
        with open(contract.TOPICS / "schemas" / f"{name}.json", encoding="utf-8") as file:
            return copy.deepcopy(json.load(file)["examples"][0])

    def problems(self, topic, key, value, headers=None, prefix=""):
        record = {"topic": topic, "key": key, "headers": headers, "value": value}
        return validate_messages.problems_of(record, self.topics, prefix)

    def assert_valid(self, *record, **options):
        self.assertEqual(self.problems(*record, **options), [])

    def assert_invalid(self, *record, **options):
        self.assertNotEqual(self.problems(*record, **options), [])

    def changed(self, name, path, value):
        example = self.example(name)
        parent = example
        for part in path[:-1]:
            parent = parent[part]
        if value is REMOVED:
            del parent[path[-1]]
        else:
            parent[path[-1]] = value
        return example

    def test_outbound_changes(self):
        topic = "crm.outbound.products"
        self.assert_valid(topic, PAIR, self.example("outbound-change"), OUTBOUND_HEADERS)
        for path, value in [
            (["changeId"], ID.upper()),
            (["changeId"], REMOVED),
            (["operation"], "upsert"),
            (["recordId"], None),
            (["pairKey"], "ITEM-PRODUCT"),
            (["pairKey"], PAIR.replace("ITEM", "RESOURCE")),
            (["replyTo", "topic"], "test.sync.inbox.product-worker"),
            (["causation", "topic"], "sync.couplings.product-worker"),
            (["body", "defaultuomid@odata.bind"], f"/uoms({{{ID}}})"),
            (["body", "lines"], [1]),
            (["operation"], "delete"),
            (["operation"], "setState"),
            (["more"], 1),
        ]:
            with self.subTest(path=path, value=value):
                self.assert_invalid(topic, PAIR, self.changed("outbound-change", path, value), OUTBOUND_HEADERS)
        self.assert_invalid(topic, PAIR, self.example("outbound-change"), {})
        self.assert_invalid(topic, PAIR, None, OUTBOUND_HEADERS)
        resolved = {**self.example("outbound-change"), "operation": "update", "body": {}}
        self.assert_valid(topic, PAIR, resolved, OUTBOUND_HEADERS)
        del resolved["resolve"]
        self.assert_invalid(topic, PAIR, resolved, OUTBOUND_HEADERS)
        delete = {**self.example("outbound-change"), "operation": "delete", "body": {}}
        self.assert_valid(topic, PAIR, delete, OUTBOUND_HEADERS)
        state = {**delete, "operation": "setState", "body": {"statecode": 0, "statuscode": 1}}
        self.assert_valid(topic, PAIR, state, OUTBOUND_HEADERS)

    def test_couplings(self):
        topic = "sync.couplings.product-worker"
        self.assert_valid(topic, PAIR, self.example("coupling"))
        self.assert_valid(topic, PAIR, None)
        for path, value in [
            (["state"], "done"),
            (["state"], "waiting"),
            (["revision"], REMOVED),
            (["bc", "facts"], {"base": 1}),
            (["crm", "related"], {"baseuom": ID}),
            (["home"], 3),
            (["waiting"], {"since": "2026-01-01T00:00:00Z", "waitsFor": [{"mapping": "ITEM UOM", "key": "A", "reason": "x"}]}),
        ]:
            with self.subTest(path=path, value=value):
                self.assert_invalid(topic, PAIR, self.changed("coupling", path, value))
        self.assert_invalid(topic, "ITEM-PRODUCT", self.example("coupling"))
        waiting = {
            "since": "2026-01-01T00:00:00.000Z",
            "waitsFor": [{"mapping": "ITEM UOM", "key": "1896-S/PCS", "reason": "in-flight"}],
            "deferred": False,
            "causation": {"topic": "bc.changes.items", "partition": 0, "offset": 42, "eventAt": 1767225600000},
            "change": {"wish": "upsert", "image": {"number": "1896-S"}},
        }
        self.assert_valid(topic, PAIR, {**self.example("coupling"), "state": "waiting", "waiting": waiting})
        self.assert_invalid(topic, PAIR, {**self.example("coupling"), "waiting": {**waiting, "change": {"wish": "no"}}})

    def test_inbox_tells_its_messages_apart(self):
        topic = "sync.inbox.product-worker"
        for name in ["forwarded-event", "delivery-result", "operator-command"]:
            self.assert_valid(topic, PAIR, self.example(name))
        self.assert_valid(topic, PAIR, {**self.example("forwarded-event"), "value": {"op": "c"}, "headers": {"a": "b"}})
        self.assert_valid(topic, PAIR, {**self.example("forwarded-event"), "keyHex": "ff00"})
        self.assert_invalid(topic, PAIR, {**self.example("forwarded-event"), "keyHex": "ff0"})
        self.assert_invalid(topic, PAIR, self.changed("forwarded-event", ["value"], REMOVED))
        self.assert_invalid(topic, PAIR, self.changed("operator-command", ["command"], "delete"))
        self.assert_invalid(topic, PAIR, self.changed("delivery-result", ["error"], None))
        self.assert_invalid(topic, PAIR, {"type": "other"})
        self.assert_invalid(topic, PAIR, None)

    def test_control_and_status(self):
        self.assert_valid("sync.control", "gate/price-worker", self.example("gate"))
        self.assert_valid("sync.control", "hold/ITEM-PRODUCT", self.example("hold"))
        self.assert_valid("sync.control", "hold/ITEM-PRODUCT", None)
        self.assert_invalid("sync.control", "price-worker", self.example("gate"))
        self.assert_invalid("sync.control", "gate/price-worker", self.changed("gate", ["open"], "no"))
        self.assert_valid("sync.status", "product-worker/a1", self.example("heartbeat"))
        self.assert_invalid("sync.status", "product-worker/a1", self.changed("heartbeat", ["state"], "fine"))
        self.assert_invalid("sync.status", "product-worker/a1", self.changed("heartbeat", ["waiting"], {"A": -1}))

    def test_dead_letters(self):
        headers = self.example("dead-letter-headers")
        self.assert_valid("sync.dead-letters", None, "\u0000 anything", {**headers, "original": "kept"})
        self.assert_valid("sync.dead-letters", '{"id":1}', None, headers)
        self.assert_invalid("sync.dead-letters", None, "", {**headers, "sync-error-class": "bad"})
        self.assert_invalid("sync.dead-letters", None, "", {})

    def test_change_events(self):
        topic, event = "bc.changes.items", self.example("change-event")
        self.assert_valid(topic, ID, event)
        self.assert_valid(topic, None, event)
        self.assert_valid(topic, ID, None)
        self.assert_valid(topic, f'{{"systemId":"{ID}"}}', {"schema": {"type": "struct"}, "payload": event})
        self.assert_valid(topic, ID, {"op": "d", "before": None, "after": None})
        for wrong in [
            {**event, "op": "x"},
            {**event, "after": None},
            {**event, "after": {"systemId": "1896-S"}},
            {**event, "ts_ms": "now"},
            {"payload": event},
            [],
        ]:
            with self.subTest(wrong=wrong):
                self.assert_invalid(topic, ID, wrong)

    def test_topics_and_prefix(self):
        event = self.example("change-event")
        self.assert_invalid("bc.changes.nothing", ID, event)
        self.assert_valid("test.bc.changes.items", ID, event, prefix="test.")
        self.assert_invalid("bc.changes.items", ID, event, prefix="test.")

    def test_example_data(self):
        examples = Path(__file__).resolve().parents[2] / "Examples" / "contoso"
        files = sorted(examples.glob("*.jsonl"))
        self.assertGreater(len(files), 0)
        for path in files:
            with open(path, encoding="utf-8") as lines:
                for line in lines:
                    row = json.loads(line)
                    self.assert_valid(f"bc.changes.{path.stem}", row["systemId"], {"op": "r", "after": row})


if __name__ == "__main__":
    unittest.main()
