"""Interpreters: who helps a candidate and a firm that share no language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.events.ids import InterpreterId
from shared.events.profile import SpokenLanguage
from shared.events.vocabulary import LEVELS, Level

ENOUGH: Level = "B2"
"""How well a candidate has to speak a language to be interviewed in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Interpreter:
    """An interpreter. Name and address lie sealed for notifications: nobody can read them here."""

    interpreter_id: InterpreterId
    languages: tuple[str, ...]
    """Between which they interpret."""
    language: str
    """The one to be written to in."""
    time_zone: str
    sealed_contact: str


def share_no_language(spoken: Sequence[SpokenLanguage], firm_language: str) -> bool:
    """Say whether a candidate is known not to speak a firm's language well enough for an interview."""
    return bool(spoken) and _base(firm_language) not in _spoken_well(spoken)


def who_can_help(
    interpreters: Iterable[Interpreter], spoken: Sequence[SpokenLanguage], firm_language: str
) -> tuple[InterpreterId, ...]:
    """Return who interprets between the firm's language and one that the candidate speaks well.

    By content (who is of use to fewest others first), by id only last.
    """
    well, wanted = _spoken_well(spoken), _base(firm_language)
    able = [
        one
        for one in interpreters
        if wanted in (own := {_base(language) for language in one.languages}) and well & own
    ]
    able.sort(key=lambda one: (len(one.languages), one.languages, one.interpreter_id))
    return tuple(one.interpreter_id for one in able)


def _spoken_well(spoken: Iterable[SpokenLanguage]) -> set[str]:
    least = LEVELS.index(ENOUGH)
    return {_base(one.language) for one in spoken if LEVELS.index(one.level) >= least}


def _base(language: str) -> str:
    return language.lower().split("-")[0]
