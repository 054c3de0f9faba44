"""Bodies: what is read as JSON, and what is refused."""

import pytest

from shared.web.bodies import parse, shown
from shared.web.problems import NotJson


def refused(raw: bytes) -> str:
    with pytest.raises(NotJson) as error:
        parse(raw)
    return error.value.detail or ""


def test_json_in_utf_8_is_read_with_and_without_a_byte_order_mark() -> None:
    assert parse('{"name": "李"}'.encode()) == {"name": "李"}
    assert parse('\ufeff{"name": "李"}'.encode()) == {"name": "李"}


def test_what_two_readers_might_read_differently_is_refused() -> None:
    assert refused(b'{"a": 1, "b": {"c": 1, "c": 2}}') == "a field is there twice in one object: c"
    assert "NaN" in refused(b"[NaN]")
    assert "-Infinity" in refused(b"[-Infinity]")
    assert "UTF-8" in refused('{"a": 1}'.encode("utf-16"))


def test_what_would_break_the_reader_is_refused() -> None:
    assert "nested" in refused(b"[" * 100_000)
    assert "digits" in refused(b"1" * 5_000)


def test_a_refusal_says_where_and_quotes_nothing() -> None:
    assert refused(b'{"name":\n secret}').startswith("line 2, column 2:")
    assert "secret" not in refused(b'{"name":\n secret}')


def test_a_made_up_name_can_stand_in_an_answer() -> None:
    assert shown("a\ud800") == "a\\ud800"
    assert len(shown("x" * 1_000)) == 60
