"""The documents of the contract: what they say, where they are committed, and where released ones lie."""

import importlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from deploy.contract.shapes import Schema
from deploy.local.environment import SERVICES, Surroundings, environment_of
from deploy.local.keys import make_keys
from shared.contract.asyncapi import document
from shared.contract.schemas import event_schemas
from shared.service import Process

ROOT: Final = Path(__file__).parents[2]
COMMITTED: Final = ROOT / "docs" / "contract"
RELEASED: Final = ROOT / "shared" / "events" / "released"
ASYNCAPI: Final = "asyncapi.json"
SCHEMAS: Final = "schemas"
OPENAPI: Final = "openapi"

Documents = Mapping[str, Schema]
"""Documents by their path within the folder in which they lie."""


def made() -> Documents:
    """Make all documents from the code as it is now."""
    schemas = {f"{SCHEMAS}/{routing_key}.json": schema for routing_key, schema in event_schemas().items()}
    return {ASYNCAPI: document(), **schemas, **{f"{OPENAPI}/{one}.json": openapi(one) for one in SERVICES}}


def openapi(service: str) -> Schema:
    """Return what a service serves at /openapi.json: it is put together as ever, and never started."""
    with TemporaryDirectory() as folder, _environment(service, Path(folder)):
        process = Process(importlib.import_module(f"services.{service}.app").build())
        process.client.close()
        return process.app.openapi()


@contextmanager
def _environment(service: str, folder: Path) -> Iterator[None]:
    nowhere = Surroundings(
        amqp_url="amqp://localhost:1",
        mongo_url="mongodb://localhost:1",
        database_prefix="",
        smtp_port=1,
        intake_url="http://localhost:1",
        keys=make_keys(folder),
    )
    kept = dict(os.environ)
    os.environ.update(environment_of(service, 0, nowhere))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def text(made: Schema) -> str:
    """Write a document as it is committed: the same one always the same."""
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def read(folder: Path) -> Documents:
    """Read the documents in a folder and in those inside of it."""
    files = sorted(folder.rglob("*.json"))
    return {
        file.relative_to(folder).as_posix(): json.loads(file.read_text(encoding="utf-8")) for file in files
    }


def write(documents: Documents, folder: Path) -> None:
    """Make a folder hold these documents and no other."""
    for name in read(folder).keys() - documents.keys():
        (folder / name).unlink()
    for name, one in documents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text(one), encoding="utf-8")


def released() -> dict[str, Documents]:
    """Read what was released, by version."""
    return {folder.name: read(folder) for folder in sorted(RELEASED.iterdir())}
