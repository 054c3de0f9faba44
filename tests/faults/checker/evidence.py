"""Evidence: all that the checker goes by, as plain data, read from outside.

The checker knows none of the services' code: it reads JSON as MongoDB, the broker, the mail folder and the APIs
show it, so its documents are mappings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]
Collections = Mapping[str, Mapping[str, Json]]
"""A service's documents by collection and id."""

SERVICES = ("intake", "matching", "scheduling", "notifications")
EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """Where the evidence of one run lies."""

    mongo_url: str
    amqp_url: str
    apis: Mapping[str, str]
    """The base URL of one live replica of each service, by service."""
    staff_token: str
    mail_folder: Path
    acknowledged: Path
    """JSON lines: ``at``, ``kind``, ``key``, ``status``, ``ids``, ``body``; what the client was told was done."""
    injected: Path
    """JSON lines: ``queue``, ``kind``, ``message_id`` and perhaps ``reason``; what has to be parked, each once."""
    disturbances: Path | None = None
    """JSON lines: ``service``, ``at`` and, for a freeze, ``until``; when processes were killed or frozen."""
    database_prefix: str = ""
    delays: Sequence[float] = (0.2, 1.0, 2.0)
    """All delays of the services' settings, in seconds: the retry queues are named after them."""
    quiet: float = 2.0
    """Seconds without a message after which the history is taken to have been read to its end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledged:
    """A command that a client was told was done."""

    kind: str
    key: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    body: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Injected:
    """Garbage that was put straight on a queue and has to be parked."""

    queue: str
    kind: str
    message_id: str | None
    reason: str | None = None
    """For which it has to be parked; None: for any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Disturbance:
    """A time at which a process of a service was killed (no time at all) or frozen."""

    service: str
    begun: datetime
    ended: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An outbox entry. A private one has no source, no type and no sequence, and loses its body."""

    service: str
    id: str
    subject: str
    state: str
    source: str | None = None
    type: str | None = None
    sequence: int | None = None
    time: datetime = EPOCH
    digest: str = ""
    """Of the body."""
    data: Json = field(default_factory=dict)
    """The body, of an event."""

    @property
    def name(self) -> str:
        """The entry, for whoever reads a finding."""
        return f"{self.source or f'/{self.service} (private)'} {self.type or ''} {self.id} of {self.subject}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One appearance of an event in the history."""

    id: str
    source: str
    type: str
    subject: str
    sequence: int | None
    digest: str
    """Of the body."""
    headers: Json = field(default_factory=dict)
    """Without what the stream itself adds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parked:
    """A message in a parking lot."""

    queue: str
    """Which it was parked from."""
    message_id: str | None
    reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """A mail that the SMTP server took."""

    message_id: str
    """The Message-ID up to the @."""
    filed_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A timer, or a piece of outgoing work."""

    service: str
    kind: str
    key: str
    due_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """All that was found, when everything had come to rest."""

    now: datetime
    """Programme time."""
    acknowledged: Sequence[Acknowledged] = ()
    injected: Sequence[Injected] = ()
    disturbances: Sequence[Disturbance] = ()
    documents: Mapping[str, Collections] = field(default_factory=dict)
    """By service, collection and id."""
    outbox: Sequence[Entry] = ()
    inbox: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By service: ``<source>:<id>`` of every message that it has handled."""
    history: Sequence[Told] = ()
    """In the order of the stream."""
    timers: Sequence[Due] = ()
    outgoing: Sequence[Due] = ()
    queues: Mapping[str, int] = field(default_factory=dict)
    """How many messages lie in each queue, parking lots left out."""
    parked: Sequence[Parked] = ()
    mails: Sequence[Mail] = ()
    """In the order in which they were filed."""
    shown: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What the APIs show: by kind of thing (``offers``) its ids, each with its state."""
    unrest: Sequence[str] = ()
    """What ``/readyz`` still says is to be done, or wrong."""

    def collection(self, service: str, name: str) -> Mapping[str, Json]:
        """Return a collection's documents by id; nothing where there is no such collection."""
        return self.documents.get(service, {}).get(name, {})

    def events(self, *types: str) -> list[Entry]:
        """Return what was decided to be published of these types, without their major version."""
        return [one for one in self.outbox if one.type is not None and one.type.partition(".")[0] in types]
