"""Which broker and database a run takes, and what a person is told when there is none."""

from pathlib import Path

import pytest

from deploy.local import broker, database
from deploy.local.finder import NothingFoundError, Parts, find
from deploy.local.ports import free_port
from deploy.local.processes import Processes


async def refusal(folder: Path, **environment: str) -> str:
    """The sentence with which the finder gives up."""
    with pytest.raises(NothingFoundError) as refused:
        await find(folder, Processes(folder / "state.json"), environment)
    return str(refused.value)


async def test_without_rabbitmq_the_sentence_says_what_to_install_or_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "SERVER", tmp_path / "rabbitmq-server")
    sentence = await refusal(tmp_path)

    assert "apt-get install rabbitmq-server" in sentence
    assert "AMQP_URL" in sentence


async def test_on_another_processor_the_sentence_says_to_set_mongo_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    sentence = await refusal(tmp_path)

    assert "aarch64" in sentence
    assert "MONGO_URL" in sentence


async def test_without_the_wheel_the_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    assert database.NO_WHEEL in await refusal(tmp_path)


async def test_a_broker_that_does_not_answer_is_named(tmp_path: Path) -> None:
    url = f"amqp://guest:guest@127.0.0.1:{free_port()}/"

    assert (await refusal(tmp_path, AMQP_URL=url)).startswith("AMQP_URL is set, but no broker")


@pytest.mark.parametrize(
    ("virtual_host", "url"),
    [
        (None, "amqp://guest:guest@127.0.0.1:20000/%2F"),
        ("a-test", "amqp://guest:guest@127.0.0.1:20000/a-test"),
    ],
)
def test_a_virtual_host_takes_the_place_of_the_url_s_own(virtual_host: str | None, url: str) -> None:
    found = Parts(
        amqp_url="amqp://guest:guest@127.0.0.1:20000/%2F",
        mongo_url="mongodb://127.0.0.1:20001/?replicaSet=rs0",
        broker=None,
        database=None,
    )

    assert found.amqp_url_of(virtual_host) == url
