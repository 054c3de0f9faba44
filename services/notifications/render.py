"""A template and what an event says become a mail in the recipient's language and time zone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context

from services.notifications import languages
from services.notifications.languages import Language, language_for

TEMPLATES: Final = Path(__file__).parent / "templates"
SUBJECT: Final = "Subject: "
PROGRAMME_TIME_ZONE: Final = "Asia/Tokyo"

_READER: Final = "reader"


class NoTemplateError(LookupError):
    """There is no such template for that role."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """What somebody reads."""

    subject: str
    """One line."""
    text: str
    """Plain text; paragraphs are not wrapped."""
    language: Language
    """The language it is written in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reader:
    """For whom a template's filters write."""

    language: Language
    time_zone: str
    programme_time_zone: str


@cache
def languages_of(role: str, template: str) -> tuple[Language, ...]:
    """Return the languages in which that role's template is there; none where there is no such template."""
    return tuple(each for each in Language if (TEMPLATES / _name(role, template, each)).is_file())


def render(
    role: str,
    template: str,
    language: str,
    time_zone: str,
    values: Mapping[str, object],
    *,
    programme_time_zone: str = PROGRAMME_TIME_ZONE,
) -> Mail:
    """Return the mail for somebody who reads ``language`` (any BCP 47 tag) and lives in ``time_zone``.

    ``values`` are dates, aware datetimes, numbers, codes and names, as events carry them (templates/README.md
    lists them); what takes place in the programme's city is told in ``programme_time_zone``.

    Raises:
        NoTemplateError: that role has no such template.
        jinja2.UndefinedError: the template needs a value that is not there.
    """
    available = languages_of(role, template)
    if not available:
        raise NoTemplateError(f"{role}/{template}")
    written = language_for(language, available)
    subject, text = _compiled(_name(role, template, written))
    reader = _Reader(language=written, time_zone=time_zone, programme_time_zone=programme_time_zone)
    filled = {**values, _READER: reader}
    return Mail(subject=subject.render(filled), text=_tidy(text.render(filled)), language=written)


def _name(role: str, template: str, language: Language) -> str:
    return f"{role}/{template}.{language}.txt"


@cache
def _compiled(name: str) -> tuple[Template, Template]:
    """Return the subject's template and the text's: apart, so that no value can move the line between them."""
    first, _, rest = (TEMPLATES / name).read_text(encoding="utf-8").partition("\n")
    environment = _environment()
    return environment.from_string(first.removeprefix(SUBJECT)), environment.from_string(rest)


def _one_line(value: object) -> object:
    """Return a text without its line breaks: a name cannot add lines to a mail."""
    return " ".join(value.splitlines()) if isinstance(value, str) else value


def _tidy(text: str) -> str:
    """Return the text with paragraphs one empty line apart, where a condition left more."""
    paragraphs = (paragraph.strip("\n") for paragraph in text.split("\n\n"))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def _in_language(write: Callable[..., str]) -> Callable[..., str]:
    """Return a filter that calls ``write`` with what the template gives it, and the reader's language."""

    @pass_context
    def filter_(context: Context, *given: object) -> str:
        return write(*_defined(given), language=_reader(context).language)

    return filter_


def _in_zone(write: Callable[..., str]) -> Callable[..., str]:
    """Return a filter that also knows the reader's time zone."""

    @pass_context
    def filter_(context: Context, *given: object) -> str:
        reader = _reader(context)
        return write(*_defined(given), language=reader.language, time_zone=reader.time_zone)

    return filter_


def _on_site(write: Callable[..., str]) -> Callable[..., str]:
    """Return a filter that knows the time zone of the programme's city instead."""

    @pass_context
    def filter_(context: Context, *given: object) -> str:
        reader = _reader(context)
        return write(*_defined(given), language=reader.language, time_zone=reader.programme_time_zone)

    return filter_


def _defined(given: tuple[object, ...]) -> tuple[object, ...]:
    """Return what a filter was given; raise Jinja's own error, which has its name, for what is not there."""
    for value in given:
        if isinstance(value, StrictUndefined):
            str(value)
    return given


def _reader(context: Context) -> _Reader:
    return cast("_Reader", context.resolve(_READER))


def _reason(code: str, kind: str, language: Language) -> str:
    return languages.reason_name(kind, code, language)


def _owner(code: str, reader: str = "candidate", *, language: Language) -> str:
    return languages.owner_name(code, language, reader)


@cache
def _environment() -> Environment:
    """Return the one environment of all templates; nothing is escaped, since a mail is plain text."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        finalize=_one_line,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        autoescape=False,  # noqa: S701 - plain text
    )
    environment.filters |= {
        "counted": _in_language(languages.counted),
        "day": _in_language(languages.day),
        "level": _in_language(languages.level),
        "match_reasons": _in_language(languages.match_reasons),
        "moment": _in_zone(languages.moment),
        "owner": _in_language(_owner),
        "reason": _in_language(_reason),
        "span": _in_zone(languages.span),
        "span_on_site": _on_site(languages.span),
        "step": _in_language(languages.step_name),
        "yen": _in_language(languages.yen),
    }
    return environment
