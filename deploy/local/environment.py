"""The environment variables that each service is started with in a local run."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local.keys import ISSUER, STAFF_PERSON_ID, Keys

SERVICES = ("intake", "matching", "scheduling", "notifications")

STANDARD_PORTS = {"intake": 8001, "matching": 8002, "scheduling": 8003, "notifications": 8004}

RETRY_DELAYS = [0.5, 1, 2]
"""Seconds between tries of what failed. Shorter than in production, since a person waits for a local run."""

NOT_YET_DELAYS = [0.1, 0.1, 0.2, 0.5, 1, 1, 1, 1, 1, 2, 2, 2, 5, 5, 5]
"""The same for what has come before its predecessor."""

OUTGOING_DELAYS = [0.5, 1, 2, 5]
"""The same for mail."""

STAFF = [
    {
        "person_id": STAFF_PERSON_ID,
        "name": "出雲 太郎",
        "email": "staff@izumo.example",
        "language": "ja",
        "time_zone": "Asia/Tokyo",
    },
    {
        "person_id": "5b" * 16,
        "name": "Olena Melnyk",
        "email": "coordinator@izumo.example",
        "language": "en",
        "time_zone": "Asia/Tokyo",
    },
]
"""To whom the programme's staff mail goes in a local run."""

PUBLISHERS: Mapping[str, Mapping[str, object]] = {
    "intake": {"ASSESSMENT_PUBLISHERS": ["demo-tests"]},
    "matching": {"POSITION_PUBLISHERS": {"demo-hr": ["*"]}},
    "scheduling": {"LESSON_PUBLISHERS": ["demo-school"]},
}
"""Which publishers outside each service listens to in a local run, unless the environment says it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What the services of one run share."""

    amqp_url: str
    mongo_url: str
    database_prefix: str
    smtp_port: int
    intake_url: str
    keys: Keys
    frontend_url: str = "http://127.0.0.1:3000/"
    """Where the links in mails lead, and whose origin browsers may call the services from: on 127.0.0.1 by either
    of that machine's names, since people type `localhost`."""


def environment_of(service: str, port: int, around: Surroundings) -> dict[str, str]:
    """All variables for one service, over those of this process."""
    return (
        dict(os.environ) | _common(service, port, around) | _own(service, port, around) | _publishers(service)
    )


def _common(service: str, port: int, around: Surroundings) -> dict[str, str]:
    return {
        "AMQP_URL": around.amqp_url,
        "MONGO_URL": around.mongo_url,
        "DATABASE": around.database_prefix + service,
        "CLOCK_DATABASE": around.database_prefix + "clock",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "LOCAL_RUN": "true",
        "PROGRAMME_TIME_ZONE": "Asia/Tokyo",
        "AUTH_ISSUER": ISSUER,
        "AUTH_JWKS_URL": around.keys.issuer_jwks.resolve().as_uri(),
        "CANDIDATE_JWKS_URL": f"{around.intake_url}/.well-known/jwks.json",
        "CORS_ORIGINS": json.dumps(_origins(around.frontend_url)),
        "LOG_LEVEL": "INFO",
        "LOG_FORMAT": "json",
        "RETRY_DELAYS": json.dumps(RETRY_DELAYS),
        "NOT_YET_DELAYS": json.dumps(NOT_YET_DELAYS),
        "OUTGOING_DELAYS": json.dumps(OUTGOING_DELAYS),
        "OUTGOING_CLAIM_SECONDS": "10",
        "LEASE_SECONDS": "3",
        "PYTHONUNBUFFERED": "1",
    }


def _own(service: str, port: int, around: Surroundings) -> dict[str, str]:
    keys = around.keys
    sealing = {"NOTIFICATIONS_PUBLIC_KEY_FILE": _file(keys.notifications_public)}
    own: dict[str, dict[str, str]] = {
        "intake": sealing
        | {"SIGNING_KEY_FILE": _file(keys.intake_signing), "MASTER_KEY_FILE": _file(keys.intake_master)},
        "matching": sealing,
        "scheduling": sealing,
        "notifications": {
            "PRIVATE_KEY_FILE": _file(keys.notifications),
            "MASTER_KEY_FILE": _file(keys.notifications_master),
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(around.smtp_port),
            "MAIL_FROM": "programme@izumo.example",
            "FRONTEND_URL": around.frontend_url,
            "NOTIFICATIONS_URL": f"http://127.0.0.1:{port}",
            "STAFF": json.dumps(STAFF, ensure_ascii=False),
            "WEBHOOK_PLAIN_HTTP": "true",
            "WEBHOOK_PRIVATE_ADDRESSES": "true",
        },
    }
    return own.get(service, {})


def _publishers(service: str) -> dict[str, str]:
    wanted = PUBLISHERS.get(service, {})
    return {name: os.environ.get(name, json.dumps(allowed)) for name, allowed in wanted.items()}


def _origins(url: str) -> list[str]:
    parts = urlsplit(url)
    names = [parts.netloc]
    if parts.hostname == "127.0.0.1":
        names.append(parts.netloc.replace("127.0.0.1", "localhost"))
    return [f"{parts.scheme}://{name}" for name in names]


def _file(path: Path) -> str:
    return str(path.resolve())
