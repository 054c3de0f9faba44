"""When somebody can, and who interprets."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as some

from services.scheduling.domain.availability import Availability, Period, beyond_hours, periods_of
from services.scheduling.domain.calendar import Busy, Taken, clash
from services.scheduling.domain.interpreters import Interpreter, share_no_language, who_can_help
from services.scheduling.domain.planner import interview_slots, plan
from services.scheduling.domain.timetable import Hours
from shared.events.ids import InterpreterId
from shared.events.profile import SpokenLanguage
from shared.events.vocabulary import Level
from tests.unit.scheduling.builders import IZUMO, MONDAY, at, busy, id_of, wanted
from tests.unit.scheduling.test_planner import EARLIER, SLOTS

ME = id_of(1)
MORNINGS = Availability(
    person_id=ME,
    time_zone="Asia/Tokyo",
    hours=(Hours(weekday="monday", begins=time(9), ends=time(12)),),
)


def interpreter(number: int, *languages: str) -> Interpreter:
    return Interpreter(
        interpreter_id=InterpreterId(id_of(number)),
        languages=languages,
        language="ja",
        time_zone="Asia/Tokyo",
        sealed_contact="sealed",
    )


def speaks(language: str, level: Level = "C1") -> SpokenLanguage:
    return SpokenLanguage(language=language, level=level)


def test_outside_their_hours_somebody_is_away() -> None:
    outside = Taken(beyond_hours(MORNINGS, MONDAY, MONDAY + timedelta(days=1)))
    assert outside.is_free(at(MONDAY, 9), at(MONDAY, 12))
    assert not outside.is_free(at(MONDAY, 8), at(MONDAY, 10))
    assert not outside.is_free(at(MONDAY, 11), at(MONDAY, 13))
    assert not outside.is_free(at(MONDAY + timedelta(days=1), 9), at(MONDAY + timedelta(days=1), 10))


def test_hours_are_in_the_persons_own_zone_whatever_summer_time_does() -> None:
    kyiv = Availability(
        person_id=ME,
        time_zone="Europe/Kyiv",
        hours=(Hours(weekday="sunday", begins=time(10), ends=time(11)),),
    )
    winter, summer = date(2027, 3, 21), date(2027, 3, 28)
    outside = Taken(beyond_hours(kyiv, winter, summer))
    assert outside.is_free(at(winter, 17), at(winter, 18))
    assert outside.is_free(at(summer, 16), at(summer, 17))
    assert not outside.is_free(at(summer, 17), at(summer, 18))


def test_who_has_said_nothing_is_never_away() -> None:
    assert beyond_hours(Availability(person_id=ME), MONDAY, MONDAY) == ()
    named = Availability(person_id=ME, cannot=(Period(starts_at=at(MONDAY, 9), ends_at=at(MONDAY, 10)),))
    (one,) = periods_of(named)
    assert (one.starts_at, one.what) == (at(MONDAY, 9), "away")


@given(
    some.lists(some.tuples(some.integers(0, 40), some.integers(1, 9)), max_size=8),
    some.integers(0, 48),
    some.integers(1, 5),
)
def test_times_that_overlap_are_taken_all_the_same(
    periods: list[tuple[int, int]], begins: int, hours: int
) -> None:
    taken = [busy(_after(start), length * 60) for start, length in periods]
    free = clash(taken, _after(begins), _after(begins + hours)) is None
    assert Taken(taken).is_free(_after(begins), _after(begins + hours)) == free


def _after(hours: int) -> datetime:
    return at(MONDAY, 0) + timedelta(hours=hours)


def test_a_language_that_is_spoken_well_is_shared() -> None:
    assert not share_no_language([speaks("ja", "B2")], "ja")
    assert share_no_language([speaks("ja", "B1"), speaks("uk")], "ja-JP")
    assert not share_no_language([], "ja")


def test_an_interpreter_knows_the_firms_language_and_one_that_the_candidate_speaks_well() -> None:
    everyone = [
        interpreter(1, "en", "ja", "uk"),
        interpreter(2, "ja", "uk"),
        interpreter(3, "en", "uk"),
        interpreter(4, "ja", "ru"),
    ]
    assert who_can_help(everyone, [speaks("uk"), speaks("ru", "A2")], "ja") == (id_of(2), id_of(1))


def test_an_interview_waits_until_an_interpreter_is_free_and_goes_without_where_none_ever_is() -> None:
    helper = InterpreterId(id_of(7))
    one = wanted()
    helped = replace(one, needs_interpreter=True, interpreters=(helper,))
    (placed,) = plan([helped], SLOTS, [], {helper: (busy(at(MONDAY, 10)),)}, 3).placed
    assert (placed.starts_at, placed.interpreter_id) == (at(MONDAY, 11), helper)
    always = Busy(starts_at=EARLIER, ends_at=EARLIER + timedelta(days=400), what="away", id=helper)
    (alone,) = plan([helped], SLOTS, [], {helper: (always,)}, 3).placed
    assert (alone.starts_at, alone.interpreter_id) == (at(MONDAY, 10), None)


def test_one_interpreter_helps_at_one_interview_at_a_time() -> None:
    helper = InterpreterId(id_of(7))
    both = [replace(one, interpreters=(helper,)) for one in (wanted(n, candidate=n, firm=n) for n in (1, 2))]
    slots = interview_slots(MONDAY, MONDAY, IZUMO, EARLIER, 60)
    found = plan(both, slots, [], {}, 3).placed
    assert [one.starts_at for one in found] == [at(MONDAY, 10), at(MONDAY, 11)]
