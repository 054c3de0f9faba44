"""The small types: what they take, and what they say about the rest."""

import copy
import pickle
import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.events import times
from shared.events.ids import CandidateId, FirmId, Id
from shared.events.profile import Profile, Requirements, Skill
from shared.events.texts import Line, PublicName
from shared.events.times import Day, Moment, TimeZone
from shared.events.vocabulary import Channel, Country, Flag, Language, Places, Points, Score, Yen

HEX = "7d0f4c6b9e3a4f51a2c8d6e0b1f37c94"


def errors(annotation: Any, value: object) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(annotation).validate_python(value)
    return [error["type"] for error in refused.value.errors()]


def text_of(annotation: Any, value: object) -> str:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(annotation).validate_python(value)
    return refused.value.errors()[0]["msg"]


def test_an_id_is_of_its_own_type_wherever_it_comes_from() -> None:
    adapter = TypeAdapter(CandidateId)
    assert type(adapter.validate_python(HEX)) is CandidateId
    assert type(adapter.validate_json(f'"{HEX}"')) is CandidateId
    assert type(copy.deepcopy(CandidateId(HEX))) is CandidateId
    assert pickle.loads(pickle.dumps(CandidateId(HEX))) == HEX  # noqa: S301  our own bytes
    assert adapter.dump_json(CandidateId(HEX)) == f'"{HEX}"'.encode()


@pytest.mark.parametrize("bad", ["", HEX[:-1], HEX.upper(), HEX + "0", HEX + "\n", "g" * 32, 7, None])
def test_an_id_is_32_lower_case_hex_digits(bad: object) -> None:
    assert errors(CandidateId, bad) == ["id"]


def test_an_id_made_in_code_is_checked_and_not_repeated() -> None:
    with pytest.raises(ValueError, match=r"^a FirmId is 32 lower-case hex digits$"):
        FirmId("Oksana")


def test_an_id_says_in_its_schema_what_it_names() -> None:
    schema = TypeAdapter(CandidateId).json_schema()
    assert schema["pattern"] == "^[0-9a-f]{32}$"
    assert schema["description"].startswith("A candidate")


def test_every_id_says_what_it_names() -> None:
    assert all(id_type.__doc__ for id_type in Id.__subclasses__())


@pytest.mark.parametrize(
    "name",
    [
        "C",
        "C++20",
        "C#",
        ".NET Core",
        "Node.js",
        "Amazon Web Services (AWS)",
        "ISO 27001",
        "Программист",
        "数据库",
        "R&D",
    ],
)
def test_a_skill_is_named_in_any_script(name: str) -> None:
    assert TypeAdapter(PublicName).validate_python(name) == name


@pytest.mark.parametrize("digits", ["12345", "1a2b3c4d5", "\u0661\u0662\u0663\u0664\u0665"])
def test_a_skill_may_have_five_digits(digits: str) -> None:
    assert TypeAdapter(PublicName).validate_python(digits) == digits


def test_a_name_is_composed() -> None:
    decomposed = unicodedata.normalize("NFD", "Код й é")
    assert TypeAdapter(PublicName).validate_python(decomposed) == "Код й é"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "public_name_length"),
        ("   ", "public_name_length"),
        ("x" * 61, "public_name_length"),
        ("+380 44 123 45 67", "public_name_digits"),
        ("\u0661\u0662\u0663\u0664\u0665\u0666", "public_name_digits"),
        ("me@example.org", "public_name_character"),
        ("http://example", "public_name_character"),
        ("a\nb", "public_name_character"),
        ("a_b", "public_name_character"),
        ("\U0001f600", "public_name_character"),
        ("\u00bd", "public_name_character"),
    ],
)
def test_a_public_name_has_no_room_for_addresses(name: str, error: str) -> None:
    assert errors(PublicName, name) == [error]


def test_an_error_says_what_would_be_right() -> None:
    text = text_of(PublicName, "call +380 44 123 45 67")
    assert text == "Input should hold no more than 5 digits, so that it is no phone number; this has 12"


@pytest.mark.parametrize("bad", ["", "x" * 121, "two\nlines", "tab\t", "\u0085"])
def test_a_line_is_one_line(bad: str) -> None:
    assert len(errors(Line, bad)) == 1


@pytest.mark.parametrize(
    "bad", [5, 1700000000, "1700000000", "14.5.2027", "2027-5-14", "2027-02-30", "1999-12-31"]
)
def test_a_day_is_written_in_one_way(bad: object) -> None:
    assert errors(Day, bad) == ["date"]


def test_a_day_is_no_moment() -> None:
    assert errors(Day, datetime(2027, 5, 14, tzinfo=UTC)) == ["date"]
    assert TypeAdapter(Day).validate_python("2027-05-14") == date(2027, 5, 14)


@pytest.mark.parametrize(
    "bad",
    [
        "2027-05-14T10:00:00",
        "2027-05-14",
        "1700000000",
        1700000000,
        datetime.fromisoformat("2027-05-14"),
        "3027-05-14T10:00Z",
    ],
)
def test_a_moment_has_its_offset(bad: object) -> None:
    assert errors(Moment, bad) == ["date_time"]


@pytest.mark.parametrize(
    "written", ['"2027-05-14T10:00:00+09:00"', '"2027-05-14T01:00Z"', '"2027-05-14T01:00:00.000Z"']
)
def test_a_moment_is_read(written: str) -> None:
    assert TypeAdapter(Moment).validate_json(written) == datetime(2027, 5, 14, 1, tzinfo=UTC)


@pytest.mark.parametrize("tag", ["ja", "uk", "sr-Latn", "pt-BR", "zh-Hant-TW", "es-419", "de-CH-1996"])
def test_a_language_tag_is_taken(tag: str) -> None:
    assert TypeAdapter(Language).validate_python(tag) == tag


@pytest.mark.parametrize("bad", ["", "j", "Japanese", "ja_JP", "ja-x-me", "ja\n", "українська"])
def test_a_language_is_a_tag(bad: str) -> None:
    assert errors(Language, bad) == ["string_pattern_mismatch"]


@pytest.mark.parametrize("bad", ["ua", "UKR", "U1", ""])
def test_a_country_is_two_capital_letters(bad: str) -> None:
    assert errors(Country, bad) == ["string_pattern_mismatch"]


def test_a_time_zone_is_one_that_there_is() -> None:
    assert TypeAdapter(TimeZone).validate_python("Europe/Kyiv") == "Europe/Kyiv"
    assert errors(TimeZone, "Europe/Izumo") == ["time_zone"]
    assert errors(TimeZone, "../etc/passwd") == ["time_zone"]


def test_a_subscriber_without_a_database_of_time_zones_takes_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "_time_zones", frozenset[str])
    assert TypeAdapter(TimeZone).validate_python("Europe/Kyiv") == "Europe/Kyiv"


def test_the_schema_of_a_public_name_lets_through_what_is_one_and_keeps_addresses_out() -> None:
    fits = re.compile(TypeAdapter(PublicName).json_schema()["pattern"]).search
    assert all(fits(name) for name in ["C++", "ISO 27001", "日本語", "Müller", "a\u0301", "R&D (web)"])
    assert not any(fits(name) for name in ["a@b.example", "123456", "x_y", "a\nb", "C:"])


def test_an_unknown_code_is_refused_where_it_is_not_read_from_an_event() -> None:
    assert errors(Channel, "carrier-pigeon") == ["literal_error"]


@pytest.mark.parametrize("bad", [0, -1, 10**30, 1.5, "5000000", True])
def test_a_salary_is_a_whole_number_of_yen(bad: object) -> None:
    assert len(errors(Yen, bad)) == 1


@pytest.mark.parametrize("bad", [1, "true", None])
def test_yes_is_true(bad: object) -> None:
    assert errors(Flag, bad) == ["bool_type"]


def profile(**fields: object) -> dict[str, object]:
    return {"years_of_experience": 3, "education": "master"} | fields


def requirements(**fields: object) -> dict[str, object]:
    return {"title": "Developer", "salary_min": 5, "salary_max": 6, "starts_on": "2027-12-01"} | fields


def locations(model: Any, value: object) -> list[tuple[int | str, ...]]:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(value)
    return [error["loc"] for error in refused.value.errors()]


def test_a_profile_needs_little() -> None:
    assert Profile.model_validate(profile()).spoken == ()


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"skills": [{"name": "C++", "years": 61}]}, ("skills", 0, "years")),
        ({"skills": [{"name": "me@example.org", "years": 1}]}, ("skills", 0, "name")),
        ({"skills": [{"name": "C", "years": 1}] * 101}, ("skills",)),
        ({"years_of_experience": float("nan")}, ("years_of_experience",)),
        ({"available_from": "2027-05-02", "available_until": "2027-05-01"}, ("available_until",)),
        ({"spoken": [{"language": "ja", "level": "N3"}]}, ("spoken", 0, "level")),
        ({"shoe_size": 43}, ("shoe_size",)),
        ({"family_members": -1}, ("family_members",)),
    ],
)
def test_a_bad_field_of_a_profile_is_named(fields: dict[str, object], where: tuple[object, ...]) -> None:
    assert locations(Profile, profile(**fields)) == [where]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"salary_max": 4}, ("salary_max",)),
        ({"headcount": 0}, ("headcount",)),
        ({"title": ""}, ("title",)),
    ],
)
def test_a_bad_field_of_a_position_is_named(fields: dict[str, object], where: tuple[object, ...]) -> None:
    assert locations(Requirements, requirements(**fields)) == [where]


def test_errors_never_repeat_what_was_put_in() -> None:
    with pytest.raises(ValidationError) as refused:
        Skill.model_validate({"name": "Oksana@example.org", "years": "many"})
    assert "Oksana" not in str(refused.value)
    assert "many" not in str(refused.value)


@pytest.mark.parametrize("kind", [Score, Points])
def test_a_score_is_a_number_and_nothing_that_may_be_read_as_one(kind: Any) -> None:
    adapter = TypeAdapter(kind)
    assert [adapter.validate_json(one) for one in ("0.5", "1", "0")] == [0.5, 1, 0]
    for wrong in ("0.5", True, False, None, 1.01):
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)


@pytest.mark.parametrize("kind", [Yen, Places])
def test_a_whole_number_may_be_written_with_a_point(kind: Any) -> None:
    """JSON Schema knows no difference between 8 and 8.0."""
    taken = TypeAdapter(kind).validate_json("8.0")
    assert (taken, type(taken)) == (8, int)
    for wrong in (8.5, "8", True, None, float("inf"), float("nan")):
        assert errors(kind, wrong) == ["int_type"]
