"""Which ports a local run takes."""

import socket
from collections.abc import Iterator

import pytest

from deploy.local import ports


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_port_on_which_somebody_listens_is_not_free(taken: int) -> None:
    assert not ports.is_free(taken)


def test_a_free_port_is_none_that_a_known_service_has() -> None:
    assert ports.free_port() in ports.RANGE
    assert not {5672, 15672, 25672, 27017, 4369} & set(ports.RANGE)


def test_each_service_gets_the_port_it_prefers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda _: True)

    assert ports.ports_from({"intake": 8001, "matching": 8002}) == {"intake": 8001, "matching": 8002}


def test_a_taken_port_gives_way_to_the_next_that_no_other_service_prefers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ports, "is_free", lambda port: port not in {8001, 8002, 8003})

    assert ports.ports_from({"intake": 8001, "matching": 8002}) == {"intake": 8004, "matching": 8005}
