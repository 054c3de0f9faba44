from datetime import timedelta

import pytest

from services.scheduling.domain.lessons import Lesson, finished, held, moves, put_off, target_of, with_lessons
from shared.events.vocabulary import Level
from tests.unit.scheduling.builders import MONDAY, at, plan_of

WEEK = timedelta(weeks=1)


@pytest.mark.parametrize(
    ("level", "target"), [("none", "A1"), ("A1", "A2"), ("B1", "B2"), ("B2", "B2"), ("C1", "C1")]
)
def test_the_target_is_one_level_above_and_at_most_b2(level: Level, target: Level) -> None:
    assert target_of(level) == target


def test_a_lesson_that_makes_room_goes_behind_the_last_at_its_own_hour() -> None:
    plan = plan_of(at(MONDAY, 16), at(MONDAY, 16) + WEEK, at(MONDAY, 16) + 2 * WEEK)
    after = put_off(plan, [plan.lessons[1]], lambda _: True, 8)
    assert after is not None
    assert [one.starts_at for one in after.lessons] == [
        at(MONDAY, 16),
        at(MONDAY, 16) + 2 * WEEK,
        at(MONDAY, 16) + 3 * WEEK,
    ]
    assert [one.lesson_id for one in moves(plan, after)] == [plan.lessons[1].lesson_id]


def test_several_lessons_make_room_one_after_the_other() -> None:
    plan = plan_of(at(MONDAY, 16), at(MONDAY, 16) + WEEK)
    after = put_off(plan, plan.lessons, lambda _: True, 8)
    assert after is not None
    assert [one.starts_at - at(MONDAY, 16) for one in after.lessons] == [2 * WEEK, 3 * WEEK]


def test_a_lesson_that_finds_no_hour_stays() -> None:
    def never(_: Lesson) -> bool:
        return False

    plan = plan_of(at(MONDAY, 16))
    assert put_off(plan, plan.lessons, never, 8) is None


def test_a_plan_that_ends_early_keeps_what_has_begun() -> None:
    plan = plan_of(at(MONDAY, 16), at(MONDAY, 16) + WEEK)
    after, event = finished(plan, "A2", at(MONDAY, 17))
    assert (after.state, len(after.lessons), event.level) == ("finished", 1, "A2")


def test_a_report_is_kept_with_its_lesson() -> None:
    plan = plan_of(at(MONDAY, 16), at(MONDAY, 16) + WEEK)
    after, event = held(plan, plan.lessons[0], attended=False)
    assert [one.attended for one in after.lessons] == [False, None]
    assert (event.lesson_id, event.attended) == (plan.lessons[0].lesson_id, False)


def test_a_plan_is_found_by_each_of_its_lessons() -> None:
    plan = plan_of(at(MONDAY, 16), at(MONDAY, 16) + WEEK)
    fewer = with_lessons(plan, plan.lessons[:1])
    assert fewer.lesson_ids == (plan.lessons[0].lesson_id,)
