"""What a candidate can do and wants, what a position asks for, and why the two were put together."""

from typing import Annotated

from pydantic import Field

from shared.events.texts import Line, PublicName
from shared.events.times import Day
from shared.events.value import Value, at_least
from shared.events.vocabulary import (
    Education,
    Flag,
    Language,
    Level,
    MatchReason,
    Places,
    Points,
    Whole,
    Years,
    Yen,
)

_few = Field(max_length=50)
_skills = Field(max_length=100)  # the fullest answer of a real developer survey names 67


class Skill(Value):
    """A skill that somebody has."""

    name: PublicName
    """What it is called, as the person typed it: `C++`, `Node.js`."""
    years: Years
    """For how many years it was worked with."""


class SpokenLanguage(Value):
    """A language, and how well somebody speaks it, or has to."""

    language: Language
    """Which language (BCP 47)."""
    level: Level
    """How well (CEFR)."""


class Profile(Value):
    """What matching may know of a candidate: no name, nationality, sex, age or photo."""

    roles: Annotated[tuple[PublicName, ...], _few] = ()
    """What the candidate works as."""
    skills: Annotated[tuple[Skill, ...], _skills] = ()
    """What the candidate works with."""
    years_of_experience: Years
    """Years of professional work."""
    education: Education
    """The highest education that was finished."""
    spoken: Annotated[tuple[SpokenLanguage, ...], _few] = ()
    """The languages the candidate speaks."""
    expected_salary: Yen | None = None
    """The salary the candidate hopes for (yen, gross, a year); absent: not said."""
    available_from: Day | None = None
    """The first day on which the candidate could start; absent: at any time."""
    available_until: Annotated[Day, at_least("available_from")] | None = None
    """The last day on which the candidate could start; absent: no last day."""
    family_members: Annotated[int, Field(strict=True, ge=0, le=20), Whole] = 0
    """How many people would move together with the candidate."""


class RequiredSkill(Value):
    """A skill that a position asks for."""

    name: PublicName
    """What it is called."""
    years: Years = 0
    """For how many years it should have been worked with, at least."""
    must: Flag = False
    """Whether it is needed (true) or wished for (false)."""


class Requirements(Value):
    """What a position asks for and offers."""

    title: Line
    """What the position is called."""
    skills: Annotated[tuple[RequiredSkill, ...], _skills] = ()
    """The skills it needs or wishes for."""
    years_of_experience: Years = 0
    """Years of professional work, at least."""
    spoken: Annotated[tuple[SpokenLanguage, ...], _few] = ()
    """The languages it needs, with the lowest level that will do on the day of the start."""
    salary_min: Yen
    """The lowest salary (yen, gross, a year)."""
    salary_max: Annotated[Yen, at_least("salary_min")]
    """The highest salary (yen, gross, a year)."""
    headcount: Places = 1
    """How many people are looked for."""
    starts_on: Day
    """The day on which the work should begin."""
    remote_before_move: Flag = False
    """Whether the work can begin remotely, before the move."""


class Reason(Value):
    """A part of a match's score: what it is for, and how much it counts."""

    code: MatchReason
    """What the points are for."""
    skill: PublicName | None = None
    """The skill that is meant, as the position calls it; absent where the reason is not about one skill."""
    points: Points
    """What it adds to the score; all reasons' points add up to it."""
