#!/usr/bin/env python3
# Licensed under the Apache License, Version 2.0; see LICENSE.
# SPDX-License-Identifier: Apache-2.0
"""Validates Topics/asyncapi.yaml and Topics/schemas.

Checks every object of the document against a description of the part of AsyncAPI 3.0.0 that is used here, so a member
that is misspelled or at the wrong place is an error; then what no schema can say: references lead somewhere, a topic has
one name, operations send and receive only messages of their channel, schemas are JSON Schema 2020-12 and accept their
own examples. AsyncAPI's own JSON schema is not part of this project; with --schema FILE (3.0.0.json of AsyncAPI's
spec-json-schemas) the document is validated against it too.
"""

import argparse
import json
import re
import sys
from pathlib import Path

import contract
from jsonschema import Draft7Validator, Draft202012Validator


def closed(required, **properties):
    """The schema of an object that has these members and no others, extensions excepted."""
    return {
        "type": "object",
        "required": required,
        "properties": {name.replace("__", "."): value for name, value in properties.items()},
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }


TEXT = {"type": "string", "minLength": 1}
CHANNEL_NAME = "[a-zA-Z0-9._-]{1,249}"
BINDING_VERSION = {"const": "0.5.0"}


def reference(pattern):
    return {
        "type": "object",
        "required": ["$ref"],
        "properties": {"$ref": {"type": "string", "pattern": pattern}},
        "additionalProperties": False,
    }


FOREIGN_SCHEMA = closed(
    ["schemaFormat", "schema"],
    schemaFormat={"const": "application/schema+json;version=2020-12"},
    schema=reference(r"^\./schemas/[a-z-]+\.json$"),
)
CHANNEL = closed(
    ["address", "summary", "messages", "bindings"],
    address={"type": "string", "pattern": f"^{CHANNEL_NAME}$"},
    summary=TEXT,
    description=TEXT,
    messages={"type": "object", "minProperties": 1, "additionalProperties": reference("^#/components/messages/[A-Za-z]+$")},
    bindings=closed(["kafka"], kafka=closed(
        ["topic", "partitions", "topicConfiguration", "bindingVersion"],
        topic={"type": "string", "pattern": f"^{CHANNEL_NAME}$"},
        partitions={"type": "integer", "minimum": 1},
        topicConfiguration={
            "type": "object",
            "required": ["cleanup.policy"],
            "properties": {
                "cleanup.policy": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"enum": ["compact", "delete"]}},
                "retention.ms": {"type": "integer", "minimum": -1},
                "delete.retention.ms": {"type": "integer", "minimum": 0},
                "max.message.bytes": {"type": "integer", "minimum": 0},
            },
            "additionalProperties": False,
        },
        bindingVersion=BINDING_VERSION,
    )),
)
OPERATION = closed(
    ["action", "channel", "summary", "messages"],
    action={"enum": ["send", "receive"]},
    channel=reference(f"^#/channels/{CHANNEL_NAME}$"),
    summary=TEXT,
    tags={"type": "array", "items": closed(["name"], name=TEXT)},
    messages={"type": "array", "minItems": 1, "items": reference(f"^#/channels/{CHANNEL_NAME}/messages/[A-Za-z]+$")},
)
MESSAGE = closed(
    ["name", "title", "summary", "contentType", "bindings"],
    name=TEXT, title=TEXT, summary=TEXT,
    contentType={"enum": ["application/json", "application/octet-stream"]},
    headers=FOREIGN_SCHEMA, payload=FOREIGN_SCHEMA,
    bindings=closed(["kafka"], kafka=closed(["key", "bindingVersion"], key={"type": "object"}, bindingVersion=BINDING_VERSION)),
)
DOCUMENT = closed(
    ["asyncapi", "info", "channels", "operations", "components"],
    asyncapi={"const": "3.0.0"},
    info=closed(["title", "version"], title=TEXT, version=TEXT, description=TEXT, license=closed(["name"], name=TEXT, url=TEXT)),
    defaultContentType={"const": "application/json"},
    channels={"type": "object", "additionalProperties": CHANNEL},
    operations={"type": "object", "additionalProperties": OPERATION},
    components=closed([], messages={"type": "object", "additionalProperties": MESSAGE}),
)


def references(node, path=""):
    """Every `$ref` of the document with the place it stands at."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield path, value
            else:
                yield from references(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from references(value, f"{path}/{index}")


def consistency(document, folder):
    """What no schema says of the document."""
    for path, target in references(document):
        if target.startswith("#"):
            try:
                contract.resolve(document, target)
            except (KeyError, TypeError):
                yield f"{path}: {target} leads nowhere"
        elif not (folder / target).is_file():
            yield f"{path}: there is no file {target}"
    for name, channel in document["channels"].items():
        if not name == channel["address"] == channel["bindings"]["kafka"]["topic"]:
            yield f"channels/{name}: name, address and topic differ"
    for name, operation in document["operations"].items():
        channel = operation["channel"]["$ref"]
        for message in operation["messages"]:
            if not message["$ref"].startswith(f"{channel}/messages/"):
                yield f"operations/{name}: {message['$ref']} is no message of {channel}"
    used = {target for _, target in references([document["channels"], document["operations"]])}
    for name, channel in document["channels"].items():
        if f"#/channels/{name}" not in used:
            yield f"channels/{name}: nobody sends or receives it"
    for name, message in document["components"]["messages"].items():
        if name != message["name"]:
            yield f"components/messages/{name}: is named {message['name']}"
        if f"#/components/messages/{name}" not in used:
            yield f"components/messages/{name}: no channel has it"
        try:
            Draft202012Validator.check_schema(message["bindings"]["kafka"]["key"])
        except Exception as error:  # jsonschema's error has no stable name across its versions
            yield f"components/messages/{name}: key: {error}"
    yield from copartitioning(document)


def copartitioning(document):
    """A worker's topics have one partition count: its tasks are partitions with the same number."""
    counts = {}
    for name, operation in document["operations"].items():
        topic = operation["channel"]["$ref"].rsplit("/", 1)[1]
        worker = next(iter(operation.get("tags", [])), {}).get("name", "")
        if operation["action"] == "receive" and worker.endswith("-worker") and topic != "sync.control":
            counts.setdefault(worker, {})[topic] = document["channels"][topic]["bindings"]["kafka"]["partitions"]
    for worker, topics in counts.items():
        if len(set(topics.values())) > 1:
            yield f"{worker}: its topics differ in partitions: {topics}"


def schemas(document, folder):
    """What is wrong with the schema files."""
    used = {folder / target for _, target in references(document) if not target.startswith("#")}
    for path in sorted((folder / "schemas").glob("*.json")):
        try:
            validator = contract.schema_validator(path)
        except Exception as error:  # no JSON, or no schema: both say why
            yield f"{path.name}: {error}"
            continue
        if path.name != "definitions.json" and path not in used:
            yield f"{path.name}: no message refers to it"
        for part, target in references(validator.schema):
            try:
                validator.resolver.resolve(target)
            except Exception as error:
                yield f"{path.name}{part}: {target}: {error}"
        for number, example in enumerate(validator.schema.get("examples", [])):
            for error in validator.iter_errors(example):
                yield f"{path.name}: example {number}{contract.at(error)}: {error.message}"


def official(document, path):
    """What AsyncAPI's own schema says."""
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    for error in Draft7Validator(schema).iter_errors(document):
        yield f"{contract.at(error) or '.'}: {error.message[:200]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--topics", type=Path, default=contract.TOPICS, help="folder of asyncapi.yaml")
    parser.add_argument("--schema", type=Path, help="AsyncAPI's own JSON schema 3.0.0")
    options = parser.parse_args()
    folder = options.topics.resolve()
    document = contract.read_document(folder)
    problems = [
        f"{contract.at(error) or '.'}: {error.message[:200]}" for error in Draft202012Validator(DOCUMENT).iter_errors(document)
    ]
    if not problems:
        problems += list(consistency(document, folder))
    problems += list(schemas(document, folder))
    if options.schema:
        problems += list(official(document, options.schema))
    for problem in problems:
        print(re.sub(r"\s+", " ", problem))
    print(
        f"asyncapi.yaml: {len(document['channels'])} channels, {len(document['operations'])} operations, "
        f"{len(document['components']['messages'])} messages, {len(problems)} problems"
    )
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
