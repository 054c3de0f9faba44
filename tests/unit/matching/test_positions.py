"""How a position's places are held and given back, what is in the pool, and how offers end."""

from datetime import timedelta

from services.matching.domain.firms import Firm, changed
from services.matching.domain.offers import accepted, declined, expired, has_run_out, withdrawn
from services.matching.domain.pool import Pool, used, with_position, without_position
from services.matching.domain.positions import closed, freed, held, taken
from shared.events.ids import FirmId, PositionId
from shared.ids import new
from tests.unit.matching.builders import NOW, offer, position


def test_a_position_has_room_until_its_headcount_is_held() -> None:
    one = position(headcount=2)
    assert held(one).has_room
    assert not held(held(one)).has_room
    assert freed(held(held(one))).has_room


def test_a_position_is_filled_when_its_headcount_is_accepted() -> None:
    one = held(held(position(headcount=2)))
    assert not taken(one).is_filled
    assert taken(taken(one)).is_filled
    assert not freed(taken(taken(one)), was_accepted=True).is_filled


def test_a_closed_position_has_no_room() -> None:
    shut, event = closed(position(), "staff")
    assert not shut.has_room
    assert (shut.reason, event.reason) == ("staff", "staff")


def test_every_use_changes_the_pool_so_that_two_at_once_conflict() -> None:
    one = new(PositionId)
    pool = with_position(Pool(), one)
    assert used(pool) != pool
    assert pool.positions == (one,)
    assert without_position(pool, one).positions == ()


def test_an_offer_has_run_out_at_its_moment_whether_or_not_anybody_noted_it() -> None:
    assert has_run_out(offer(expires_at=NOW), NOW)
    assert not has_run_out(offer(expires_at=NOW), NOW - timedelta(milliseconds=1))


def test_an_offer_ends_in_one_of_four_ways() -> None:
    one = offer()
    assert accepted(one)[1].salary == one.salary
    assert declined(one, "family")[0].reason == "family"
    assert expired(one)[0].state == "expired"
    assert withdrawn(one, "firm")[1].reason == "firm"


def test_a_firm_s_new_contact_alone_is_no_event() -> None:
    firm = Firm(firm_id=new(FirmId), name="x", language="ja", time_zone="Asia/Tokyo", sealed_contact="a")
    other = Firm(firm_id=firm.firm_id, name="x", language="ja", time_zone="Asia/Tokyo", sealed_contact="b")
    assert changed(firm, other) is None
