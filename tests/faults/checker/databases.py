"""The services' databases, as MongoDB shows them. The only place that knows how what every service has is laid out.

Beside a service's own documents: ``outbox`` (what it decided to publish), ``inbox`` (what it has handled),
``timers`` (what is due later), ``outgoing`` (work for the world outside).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bson.codec_options import CodecOptions
from pymongo import MongoClient
from pymongo.database import Database

from tests.faults.checker.evidence import SERVICES, Collections, Due, Entry

Store = Database[dict[str, Any]]
OF_ALL = frozenset({"outbox", "inbox", "timers", "outgoing", "leases", "answers"})
"""Collections that every service has; the others are its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Databases:
    """What lies in all of them."""

    documents: Mapping[str, Collections]
    outbox: tuple[Entry, ...]
    inbox: Mapping[str, tuple[str, ...]]
    timers: tuple[Due, ...]
    outgoing: tuple[Due, ...]


def read_databases(mongo_url: str, prefix: str) -> Databases:
    """Read the databases of all services, whose names are the services' behind a prefix."""
    with MongoClient[dict[str, Any]](mongo_url, serverSelectionTimeoutMS=20_000) as client:
        aware: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True)
        stores = {one: client.get_database(prefix + one, codec_options=aware) for one in SERVICES}
        return Databases(
            documents={service: _documents(store) for service, store in stores.items()},
            outbox=tuple(one for service, store in stores.items() for one in _outbox(service, store)),
            inbox={
                service: tuple(one["_id"] for one in store["inbox"].find(projection={"_id": 1}))
                for service, store in stores.items()
            },
            timers=tuple(one for service, store in stores.items() for one in _due(service, store, "timers")),
            outgoing=tuple(
                one for service, store in stores.items() for one in _due(service, store, "outgoing")
            ),
        )


def _documents(store: Store) -> Collections:
    own = [name for name in store.list_collection_names() if name not in OF_ALL]
    return {name: {str(one["_id"]): one for one in store[name].find()} for name in own}


def _outbox(service: str, store: Store) -> Iterable[Entry]:
    for stored in store["outbox"].find().sort("stamp", 1):
        if "source" not in stored:
            yield Entry(service=service, id=stored["_id"], subject=stored["subject"], state=stored["state"])
            continue
        body = bytes(stored["body"])
        yield Entry(
            service=service,
            id=stored["_id"],
            subject=stored["subject"],
            state=stored["state"],
            source=stored["source"],
            type=stored["type"],
            sequence=stored["sequence"],
            time=stored["time"],
            digest=digest(body),
            data=json.loads(body),
        )


def _due(service: str, store: Store, collection: str) -> Iterable[Due]:
    for one in store[collection].find():
        yield Due(service=service, kind=one["kind"], key=one["key"], due_at=one["due_at"])


def digest(body: bytes) -> str:
    """Return what tells two bodies apart."""
    return hashlib.sha256(body).hexdigest()
