from datetime import date, timedelta

from services.scheduling.domain.relocations import Relocation, cancelled, step_done, steps_towards
from services.scheduling.domain.steps import named
from shared.events.ids import CandidateId, FirmId, OfferId, RelocationId
from tests.unit.scheduling.builders import id_of

TODAY = date(2027, 7, 5)
STARTS_ON = date(2028, 1, 10)


def move(starts_on: date = STARTS_ON) -> Relocation:
    return Relocation(
        relocation_id=RelocationId(id_of(1)),
        offer_id=OfferId(id_of(2)),
        candidate_id=CandidateId(id_of(3)),
        firm_id=FirmId(id_of(4)),
        starts_on=starts_on,
        steps=steps_towards(starts_on, TODAY),
    )


def test_a_move_is_planned_backwards_from_the_first_day_of_work() -> None:
    days = {one.step: (STARTS_ON - one.due_on).days for one in move().steps}
    assert days == {
        "certificate-of-eligibility": 90,
        "visa": 45,
        "housing": 30,
        "flight": 14,
        "arrival": 7,
        "residence-registration": -7,
        "health-insurance": -7,
        "bank-account": -14,
        "phone": -14,
    }
    assert move().moves_on == STARTS_ON - timedelta(days=7)


def test_steps_of_a_hasty_move_are_in_order_and_none_is_due_today() -> None:
    due = [one.due_on for one in move(TODAY + timedelta(days=20)).steps]
    assert due == sorted(due)
    assert due[0] == TODAY + timedelta(days=1)


def test_with_the_arrival_a_candidate_has_relocated() -> None:
    visa, arrival = named(move().steps, "visa"), named(move().steps, "arrival")
    assert visa is not None
    assert arrival is not None
    waiting, events = step_done(move(), visa, TODAY)
    assert (waiting.state, [one.type for one in events]) == ("started", ["relocation-step-done"])
    there, events = step_done(waiting, arrival, TODAY)
    assert (there.state, there.arrived_on) == ("relocated", TODAY)
    assert [one.type for one in events] == ["relocation-step-done", "candidate-relocated"]


def test_a_cancelled_move_names_the_step_that_would_have_been_next() -> None:
    certificate = named(move().steps, "certificate-of-eligibility")
    assert certificate is not None
    begun, _ = step_done(move(), certificate, TODAY)
    assert cancelled(begun, "withdrawn")[1].step == "visa"
