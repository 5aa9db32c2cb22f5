# Licensed under the Apache License, Version 2.0; see LICENSE.
# SPDX-License-Identifier: Apache-2.0
"""The contract in Topics/: channels, messages and their schemas."""

import json
import warnings
from pathlib import Path

import yaml

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from jsonschema import Draft202012Validator, RefResolver

TOPICS = Path(__file__).resolve().parents[2] / "Topics"


def read_document(folder=TOPICS):
    """The AsyncAPI document as plain values; a key that stands twice is an error."""
    with open(Path(folder) / "asyncapi.yaml", encoding="utf-8") as file:
        return yaml.load(file, Loader=UniqueKeyLoader)


class UniqueKeyLoader(yaml.SafeLoader):
    """YAML as the Swift side reads it: every key once."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def resolve(document, reference):
    """What a reference within the document points to; raises KeyError where there is nothing."""
    if not reference.startswith("#/"):
        raise KeyError(reference)
    node = document
    for part in reference[2:].split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def schema_validator(path):
    """A validator for the schema in a file, whose relative references are files beside it."""
    path = Path(path).resolve()
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    resolver = RefResolver(base_uri=path.as_uri(), referrer=schema)
    return Draft202012Validator(schema, resolver=resolver)


class Message:
    """One message of the document: what its key, headers and value have to be."""

    def __init__(self, name, definition, folder=TOPICS):
        self.name = name
        self.key = Draft202012Validator(definition["bindings"]["kafka"]["key"])
        self.key_member = definition.get("x-key-member")
        self.tombstone = "x-tombstone" in definition
        self.headers = self._validator(definition.get("headers"), folder)
        self.payload = self._validator(definition.get("payload"), folder)

    @staticmethod
    def _validator(part, folder):
        return part and schema_validator(Path(folder) / part["schema"]["$ref"])

    @property
    def type(self):
        """The constant in the value's `type`, by which messages of one channel are told apart."""
        return self.payload and self.payload.schema.get("properties", {}).get("type", {}).get("const")

    def problems(self, key, headers, value):
        """What is wrong with a record of this message, as a list of texts that name no values but those of keys."""
        found = [f"key {key!r}: {error.message}" for error in self.key.iter_errors(key)]
        if self.headers:
            found += [f"headers{at(error)}: {error.message}" for error in self.headers.iter_errors(headers or {})]
        if value is None and self.tombstone:
            return found
        if self.payload:
            for error in self.payload.iter_errors(value):
                # Where one of several forms has to fit, the form that fits best says most.
                for cause in sorted(error.context or [], key=lambda inner: -len(inner.path))[:1] or [error]:
                    found.append(f"value{at(cause)}: {cause.message}")
        if self.key_member and isinstance(value, dict) and value.get(self.key_member) != key:
            found.append(f"key {key!r} differs from the value's {self.key_member}")
        return found


def at(error):
    """Where in a value an error lies, as `.member[0]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)


def channels(document, folder=TOPICS):
    """The messages of each topic, by the topic's name."""
    messages = {name: Message(name, one, folder) for name, one in document["components"]["messages"].items()}
    return {
        channel["address"]: [messages[reference["$ref"].rsplit("/", 1)[1]] for reference in channel["messages"].values()]
        for channel in document["channels"].values()
    }
