from datetime import UTC, date, datetime, timedelta

from services.scheduling.domain.visits import booked, cancelled, declined, offer_expires_at, steps_before
from tests.unit.scheduling.builders import IZUMO, MONDAY, at, seat, visit


def test_an_offer_lasts_seven_days() -> None:
    now = datetime(2027, 4, 1, tzinfo=UTC)
    assert offer_expires_at(visit(), now, 7, IZUMO) == now + timedelta(days=7)


def test_an_offer_never_lasts_into_the_visit() -> None:
    now = at(MONDAY - timedelta(days=2), 12)
    assert offer_expires_at(visit(), now, 7, IZUMO) == at(MONDAY, 0)


def test_nobody_is_offered_a_seat_on_a_visit_that_has_begun_or_closed() -> None:
    assert visit().can_be_offered(MONDAY - timedelta(days=1))
    assert not visit().can_be_offered(MONDAY)
    assert not visit(state="closed").can_be_offered(MONDAY - timedelta(days=1))


def test_steps_are_planned_backwards_from_the_first_day() -> None:
    after, _ = booked(seat(), date(2027, 4, 1))
    assert [(one.step, (MONDAY - one.due_on).days, one.owner) for one in after.steps] == [
        ("invitation-letter", 42, "staff"),
        ("short-stay-visa", 28, "candidate"),
        ("flight", 21, "candidate"),
        ("lodging", 14, "staff"),
    ]


def test_no_step_is_due_before_tomorrow() -> None:
    steps = steps_before(seat(), MONDAY - timedelta(days=20))
    tomorrow = MONDAY - timedelta(days=19)
    assert [one.due_on for one in steps] == [tomorrow, tomorrow, tomorrow, MONDAY - timedelta(days=14)]


def test_who_needs_no_visa_needs_no_letter() -> None:
    steps = steps_before(seat(needs_visa=False), date(2027, 4, 1))
    assert [one.step for one in steps] == ["flight", "lodging"]


def test_a_seat_that_was_given_up_has_no_steps() -> None:
    after, event = cancelled(booked(seat(), date(2027, 4, 1))[0], "withdrawn")
    assert (after.state, after.steps, event.reason) == ("cancelled", (), "withdrawn")
    assert declined(seat(), "expired")[1].reason == "expired"
