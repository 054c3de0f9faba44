"""Dates, money, places and codes in the reader's words."""

from datetime import UTC, date, datetime
from typing import Annotated, get_args, get_origin

import pytest

from services.notifications import languages
from services.notifications.languages import Language
from shared.events import vocabulary

KINDS = {
    "age-band": vocabulary.AgeBand,
    "by": vocabulary.Party,
    "candidate-declined": vocabulary.DeclineReason,
    "candidate-withdrawn": vocabulary.WithdrawalReason,
    "channel": vocabulary.Channel,
    "education": vocabulary.Education,
    "hire-ended": vocabulary.HireEndReason,
    "interview-cancelled": vocabulary.InterviewCancellationReason,
    "interview-cancelled-to-firm": vocabulary.InterviewCancellationReason,
    "interview-held": vocabulary.InterviewOutcome,
    "level": vocabulary.Level,
    "match-reason": vocabulary.MatchReason,
    "message-channel": vocabulary.MessageChannel,
    "message-failed": vocabulary.MessageReason,
    "offer-declined": vocabulary.OfferDeclineReason,
    "offer-withdrawn": vocabulary.OfferWithdrawalReason,
    "owner": vocabulary.Owner,
    "owner-to-firm": vocabulary.Owner,
    "position-closed": vocabulary.PositionClosingReason,
    "relocation-cancelled": vocabulary.RelocationCancellationReason,
    "role": vocabulary.Role,
    "round-closed": vocabulary.RoundClosingReason,
    "visa-track": vocabulary.VisaTrack,
    "visit-cancelled": vocabulary.VisitCancellationReason,
    "visit-declined": vocabulary.VisitDeclineReason,
}
AT = datetime(2027, 5, 14, 1, 5, tzinfo=UTC)


def listed(kind: object) -> set[str]:
    return set(get_args(get_args(kind)[0] if get_origin(kind) is Annotated else kind))


@pytest.mark.parametrize("language", Language)
def test_every_code_of_the_contract_has_a_word(language: Language) -> None:
    expected = {kind: listed(codes) | {"other"} for kind, codes in KINDS.items()}
    expected["step"] = listed(vocabulary.VisitStep) | listed(vocabulary.RelocationStepName) | {"other"}
    assert {kind: set(words) for kind, words in languages.codes(language).items()} == expected
    assert all(word for words in languages.codes(language).values() for word in words.values())


@pytest.mark.parametrize("language", Language)
def test_an_unknown_code_is_read_as_other(language: Language) -> None:
    assert languages.step_name("brand-new", language) == languages.step_name("other", language)


@pytest.mark.parametrize(
    ("number", "russian", "ukrainian", "english"),
    [
        (1, "1 урок", "1 урок", "1 lesson"),
        (3, "3 урока", "3 уроки", "3 lessons"),
        (5, "5 уроков", "5 уроків", "5 lessons"),
        (11, "11 уроков", "11 уроків", "11 lessons"),
        (21, "21 урок", "21 урок", "21 lessons"),
        (24, "24 урока", "24 уроки", "24 lessons"),
    ],
)
def test_a_noun_takes_the_form_that_its_number_asks_for(
    number: int, russian: str, ukrainian: str, english: str
) -> None:
    assert languages.counted(number, "lesson", Language.RU) == russian
    assert languages.counted(number, "lesson", Language.UK) == ukrainian
    assert languages.counted(number, "lesson", Language.EN) == english
    assert languages.counted(number, "lesson", Language.JA) == f"全{number}回"


def test_a_day_is_written_as_each_language_writes_it() -> None:
    written = [languages.day(date(2027, 5, 14), language) for language in Language]
    assert written == ["Friday 14 May 2027", "14 мая 2027 года", "14 травня 2027 року", "2027年5月14日（金）"]


def test_a_moment_names_its_zone() -> None:
    written = [languages.moment(AT, language, "Europe/Kyiv") for language in Language]
    assert written == [
        "Friday 14 May 2027, 04:05 (Kyiv time, UTC+3)",
        "пятница, 14 мая 2027 года, 04:05 (Киев, UTC+3)",
        "пʼятниця, 14 травня 2027 року, 04:05 (Київ, UTC+3)",
        "2027年5月14日（金）04:05（キーウ時間、UTC+3）",
    ]


@pytest.mark.parametrize(
    ("time_zone", "named"),
    [
        ("Asia/Tokyo", "10:05 (Japan time, UTC+9)"),
        ("Asia/Kolkata", "06:35 (India time, UTC+5:30)"),
        ("America/Vancouver", "18:05 (Vancouver time, UTC-7)"),
        ("Europe/Kiev", "04:05 (Kyiv time, UTC+3)"),
        ("UTC", "01:05 (UTC+0)"),
        ("Etc/GMT-3", "04:05 (UTC+3)"),
    ],
)
def test_a_zone_is_named_by_its_country_or_its_city(time_zone: str, named: str) -> None:
    assert languages.moment(AT, Language.EN, time_zone).endswith(named)


def test_a_span_over_midnight_names_both_days() -> None:
    span = languages.span(AT.replace(hour=14), AT.replace(hour=16), Language.EN, "Asia/Tokyo")
    assert span == (
        "Friday 14 May 2027, 23:05 (Japan time, UTC+9) – Saturday 15 May 2027, 01:05 (Japan time, UTC+9)"
    )


def test_an_amount_names_its_currency() -> None:
    written = [languages.yen(6_000_000, language).replace("\N{NO-BREAK SPACE}", " ") for language in Language]
    assert written == [
        "6,000,000 Japanese yen",
        "6 000 000 японских иен",
        "6 000 000 японських єн",
        "6,000,000円",
    ]


def test_a_country_is_named_and_an_unknown_one_is_its_code() -> None:
    assert [languages.country("GE", language) for language in Language] == [
        "Georgia",
        "Грузия",
        "Грузія",
        "ジョージア",
    ]
    assert languages.country("QQ", Language.EN) == "QQ"


@pytest.mark.parametrize(
    ("tag", "language"), [("ja", "ja"), ("ru-RU", "ru"), ("UK", "uk"), ("sr-Latn", "en"), ("", "en")]
)
def test_a_tag_is_written_to_in_its_language_or_in_english(tag: str, language: str) -> None:
    assert languages.language_for(tag) == language
