"""Whether subscribers and publishers of a released version get on with the present AsyncAPI document."""

import json
from collections.abc import Iterator

from jsonschema import Draft202012Validator

from deploy.contract.breaks import Break
from deploy.contract.comparison import compare
from deploy.contract.shapes import Schema, followed
from shared.contract.schemas import DIALECT
from shared.events import Undecodable, read, read_headers


def breaks(released: Schema, now: Schema) -> Iterator[Break]:
    """Name what has changed for somebody who relies on the released document."""
    for name, channel in released["channels"].items():
        if name not in now["channels"]:
            yield Break("removed", name)
            continue
        yield from _channel(channel, now["channels"][name], (released, now), name)
    for name in released["operations"].keys() - now["operations"].keys():
        if released["operations"][name]["action"] == "send":
            yield Break("removed", name, "nobody publishes it any more")


def _channel(old: Schema, new: Schema, documents: tuple[Schema, Schema], name: str) -> Iterator[Break]:
    if (old["address"], old["bindings"]) != (new["address"], new["bindings"]):
        yield Break("address-changed", name)
    for key in old["messages"]:
        if key not in new["messages"]:
            yield Break("removed", name, key)
        elif key == name:  # in the history the same messages lie once more
            yield from _message(documents, name)


def _message(documents: tuple[Schema, Schema], name: str) -> Iterator[Break]:
    old, new = (document["components"]["messages"][name] for document in documents)
    if old["x-subject"] != new["x-subject"]:
        yield Break(
            "subject-changed", name, f"{'.'.join(old['x-subject'])}, now {'.'.join(new['x-subject'])}"
        )
    yield from compare(old["headers"], new["headers"], documents, "event", f"{name} headers")
    yield from compare(old["payload"], new["payload"], documents, "event", f"{name} data")


def refused_examples(document: Schema, now: Schema) -> Iterator[Break]:
    """Name each example of a document, released or present, that the present schemas or classes refuse."""
    for name, message in document["components"]["messages"].items():
        present = now["components"]["messages"].get(name)
        for example in message["examples"] if present else ():
            yield from _refused(name, "headers", example["headers"], present["headers"], now)
            yield from _refused(name, "data", example["payload"], present["payload"], now)
            yield from _misread(name, example)


def _refused(name: str, part: str, example: Schema, schema: Schema, now: Schema) -> Iterator[Break]:
    bundled = followed(schema, now) | {
        "$schema": DIALECT,
        "components": {"schemas": now["components"]["schemas"]},
    }
    for error in Draft202012Validator(bundled).iter_errors(example):
        yield Break("example-refused", f"{name} {part}{error.json_path[1:]}", error.message)


def _misread(name: str, example: Schema) -> Iterator[Break]:
    try:
        read(read_headers(example["headers"], name), json.dumps(example["payload"]).encode())
    except Undecodable as error:
        yield Break("example-refused", name, str(error))
