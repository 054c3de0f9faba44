"""The operators' command line: every command explains itself, and what cannot be done is said in one line."""

import io
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.messaging import __main__ as command_line

COMMANDS = [
    ("parked", "list"),
    ("parked", "show"),
    ("parked", "replay"),
    ("parked", "drop"),
    ("history", "read"),
    ("history", "check"),
    ("history", "redeliver"),
    ("declare",),
]
MATCHING = ("--service", "matching")


@pytest.mark.parametrize("words", [(), ("parked",), ("history",), *COMMANDS], ids=" ".join)
def test_everything_explains_itself(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.main([*words, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert len(said.split("options:")[0].split("\n\n")) > 1, "more than its usage"


@pytest.mark.parametrize(
    "words",
    [(), ("parked",), ("parked", "list"), ("parked", "list", "--service", "nobody"), ("history", "rewrite")],
    ids=" ".join,
)
def test_what_is_no_command_is_refused(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.main(words)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_broker_that_is_not_there_is_said_in_one_line(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AMQP_URL", "amqp://somebody:secret@127.0.0.1:1/")
    whose = MATCHING if words[0] == "parked" or words[-1] == "redeliver" else ()
    assert command_line.main([*words, *whose]) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("It could not be done: ")
    assert "\n" not in said
    assert "secret" not in said


def test_nobody_to_ask_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert not command_line._ask("Drop it?")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("first", "first"),
        ("next", "next"),
        ("17", 17),
        ("2027-05-14T00:00:00Z", datetime(2027, 5, 14, tzinfo=UTC)),
        ("2027-05-14T09:00:00+09:00", datetime(2027, 5, 14, 9, tzinfo=timezone(timedelta(hours=9)))),
    ],
)
def test_where_to_begin_is_a_word_an_offset_or_a_time(text: str, expected: object) -> None:
    assert command_line.since(text) == expected


@pytest.mark.parametrize("text", ["", "last", "-1", "²", "2027-05-14T00:00:00", "yesterday"])
def test_a_time_without_its_offset_and_what_is_none_of_these_is_refused(text: str) -> None:
    with pytest.raises(Exception, match="2027-05-14T09"):
        command_line.since(text)
