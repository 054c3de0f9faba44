"""Dates, money, places and codes in the reader's own words.

Pure functions. What differs between languages lies in ``words/<language>.json`` (codes, plural forms, patterns of
dates) and in CLDR, as Babel brings it. A code that is not known is read as ``other``, as the contract asks.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from pydantic import BaseModel, ConfigDict

from services.notifications.places import offset_of, place_of


class Language(StrEnum):
    """A language that messages are written in."""

    EN = "en"
    RU = "ru"
    UK = "uk"
    JA = "ja"


DEFAULT_LANGUAGE: Final = Language.EN
"""What somebody gets in whose own language there is nothing."""

_WORDS: Final = Path(__file__).parent / "words"


class Reason(Protocol):
    """One part of a match's score, as ``match-proposed`` carries it."""

    @property
    def code(self) -> str:
        """What it is for: ``skill``, ``salary`` and so on."""

    @property
    def skill(self) -> str | None:
        """The skill that it is about, where it is about one."""

    @property
    def points(self) -> float:
        """What it adds to the score, or takes from it."""


class _Formats(BaseModel):
    """How a language writes moments; ``day`` stands in a sentence, ``heading_day`` after a colon."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: str
    heading_day: str
    moment: str
    span: str
    zone: str
    between: str


class _Words(BaseModel):
    """One language's file of words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    locale: str
    formats: _Formats
    counted: Mapping[str, Mapping[str, str]]
    codes: Mapping[str, Mapping[str, str]]


@cache
def _words(language: Language) -> _Words:
    return _Words.model_validate_json((_WORDS / f"{language}.json").read_bytes())


@cache
def _locale(language: Language) -> Locale:
    return Locale.parse(_words(language).locale)


def language_for(tag: str, available: Collection[Language] = tuple(Language)) -> Language:
    """Return the language to write in to somebody who asked for ``tag`` (BCP 47): theirs, else English."""
    primary = tag.partition("-")[0].lower()
    return next((language for language in available if language == primary), DEFAULT_LANGUAGE)


def day(value: date, language: Language) -> str:
    """Return a date, fit to stand in a sentence: ``14 мая 2027 года``."""
    return format_date(value, _words(language).formats.day, _locale(language))


def moment(value: datetime, language: Language, time_zone: str) -> str:
    """Return a time in that zone, which it names; fit to stand after a colon, not in a sentence.

    ``value`` knows its zone; ``time_zone`` is an IANA name.
    """
    local = value.astimezone(ZoneInfo(time_zone))
    return _words(language).formats.moment.format(
        day=_heading_day(local, language), time=f"{local:%H:%M}", zone=_zone(local, language, time_zone)
    )


def span(starts_at: datetime, ends_at: datetime, language: Language, time_zone: str) -> str:
    """Return the time from one moment to another in that zone, which it names; fit to stand after a colon."""
    start, end = (at.astimezone(ZoneInfo(time_zone)) for at in (starts_at, ends_at))
    if start.date() != end.date():
        return f"{moment(start, language, time_zone)} – {moment(end, language, time_zone)}"
    return _words(language).formats.span.format(
        day=_heading_day(start, language),
        time=f"{start:%H:%M}",
        end=f"{end:%H:%M}",
        zone=_zone(start, language, time_zone),
    )


def yen(amount: int, language: Language) -> str:
    """Return an amount of Japanese yen, with the currency's name: ``6 000 000 японских иен``."""
    return format_currency(amount, "JPY", locale=_locale(language), format_type="name")


def counted(number: int, noun: str, language: Language) -> str:
    """Return a number with its noun in the right plural form: ``24 урока``."""
    forms = _words(language).counted[noun]
    form = forms[_locale(language).plural_form(number)]
    return form.format(count=format_decimal(number, locale=_locale(language)))


def word(kind: str, code: str, language: Language) -> str:
    """Return what a code of that kind says (``word("channel", "event", …)``); an unknown one as ``other``."""
    codes = _words(language).codes[kind]
    return codes.get(code, codes["other"])


def step_name(code: str, language: Language) -> str:
    """Return the name of a step of a visit or a relocation."""
    return word("step", code, language)


def reason_name(kind: str, code: str, language: Language) -> str:
    """Return a reason in words; ``kind`` is the event's type, ``interview-cancelled-to-firm`` for a firm."""
    return word(kind, code, language)


def owner_name(code: str, language: Language, reader: str = "candidate") -> str:
    """Return who has to see to a step, as the candidate or (``reader="firm"``) the firm would say it."""
    return word("owner-to-firm" if reader == "firm" else "owner", code, language)


def level(code: str, language: Language) -> str:
    """Return a level of Japanese, with its JLPT level where there is one."""
    return word("level", code, language)


def country(code: str, language: Language) -> str:
    """Return the name of a country (ISO 3166-1 alpha-2); the code itself where it is not known."""
    name: str = _locale(language).territories.get(code, code)
    return name


def match_reasons(reasons: Iterable[Reason], language: Language) -> str:
    """Return what speaks for a match, and which skills are missing, in one line, in the order given."""
    told = (reason for reason in reasons if reason.points > 0 or reason.code == "skill-missing")
    phrases = (_match_reason(reason, language) for reason in told)
    return _words(language).formats.between.join(phrase for phrase in phrases if phrase)


def _match_reason(reason: Reason, language: Language) -> str:
    """Say a wish that is a skill as a skill; of skills as such, where none is named, there is nothing to say."""
    code = "skill" if reason.code == "wish" and reason.skill else reason.code
    if code.startswith("skill") and not reason.skill:
        return ""
    return word("match-reason", code, language).format(skill=reason.skill)


def codes(language: Language) -> Mapping[str, Mapping[str, str]]:
    """Return every code that the language has words for, by kind."""
    return _words(language).codes


def _heading_day(local: datetime, language: Language) -> str:
    return format_date(local, _words(language).formats.heading_day, _locale(language))


def _zone(local: datetime, language: Language, time_zone: str) -> str:
    place, offset = place_of(time_zone, _locale(language)), offset_of(local)
    return _words(language).formats.zone.format(place=place, offset=offset) if place else offset
