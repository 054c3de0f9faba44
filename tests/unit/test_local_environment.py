"""What the services of a local run are told."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local.environment import SERVICES, Surroundings, environment_of
from deploy.local.keys import make_keys
from shared.settings import Settings


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    """A run that shares its broker and its database with others."""
    return Surroundings(
        amqp_url="amqp://guest:guest@127.0.0.1:20000/a-test",
        mongo_url="mongodb://127.0.0.1:20001/?replicaSet=rs0",
        database_prefix="a-test-",
        smtp_port=20002,
        intake_url="http://127.0.0.1:20003",
        keys=make_keys(tmp_path),
    )


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_can_read_its_settings(
    service: str, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment_of(service, 20004, around).items():
        monkeypatch.setenv(name, value)
    settings = Settings()

    assert (settings.database, settings.clock_database) == (f"a-test-{service}", "a-test-clock")
    assert (settings.port, settings.local_run) == (20004, True)


@pytest.mark.parametrize("service", SERVICES)
def test_every_file_that_a_service_is_told_of_is_there(service: str, around: Surroundings) -> None:
    told = environment_of(service, 20004, around)
    names = {"SIGNING_KEY_FILE", "MASTER_KEY_FILE", "PRIVATE_KEY_FILE", "NOTIFICATIONS_PUBLIC_KEY_FILE"}

    assert names & set(told)
    assert all(Path(told[name]).is_file() for name in names & set(told))


@pytest.mark.parametrize(
    ("url", "origins"),
    [
        ("http://127.0.0.1:20005/me", ["http://127.0.0.1:20005", "http://localhost:20005"]),
        ("http://localhost:20005/", ["http://localhost:20005"]),
        ("https://me.example/127.0.0.1", ["https://me.example"]),
    ],
)
def test_links_in_mails_lead_to_the_page_and_its_origin_alone_may_call(
    around: Surroundings, url: str, origins: list[str]
) -> None:
    elsewhere = replace(around, frontend_url=url)

    assert environment_of("notifications", 20004, elsewhere)["FRONTEND_URL"] == url
    for service in SERVICES:
        assert json.loads(environment_of(service, 20004, elsewhere)["CORS_ORIGINS"]) == origins


def test_only_notifications_can_open_what_is_sealed_for_it(around: Surroundings) -> None:
    told = {service: environment_of(service, 20004, around) for service in SERVICES}

    assert [service for service in SERVICES if "PRIVATE_KEY_FILE" in told[service]] == ["notifications"]


def test_publishers_are_the_examples_unless_the_environment_names_others(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POSITION_PUBLISHERS", raising=False)
    assert environment_of("matching", 20004, around)["POSITION_PUBLISHERS"] == '{"demo-hr": ["*"]}'
    monkeypatch.setenv("POSITION_PUBLISHERS", '{"oak-hr": ["*"]}')
    assert environment_of("matching", 20004, around)["POSITION_PUBLISHERS"] == '{"oak-hr": ["*"]}'
