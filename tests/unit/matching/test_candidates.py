"""What matching keeps of candidates, in whatever order events come."""

from itertools import permutations

import pytest

from services.matching.domain.candidates import (
    ApplicationState,
    Candidate,
    erased,
    hired,
    informed,
    is_in_the_running,
    matched,
    moved,
    offered,
    rid_of,
)
from shared.events.ids import ApplicationId, CandidateId, MatchId, OfferId, PositionId
from shared.ids import new
from tests.unit.matching.builders import profile

APPLICATION = new(ApplicationId)


def candidate() -> Candidate:
    return Candidate(candidate_id=new(CandidateId))


def shortlisted() -> Candidate:
    return moved(informed(candidate(), profile("Go"), 1), APPLICATION, "shortlisted")


STATES: tuple[ApplicationState, ...] = ("applied", "shortlisted", "ended")


@pytest.mark.parametrize("order", list(permutations(STATES)))
def test_an_application_that_ended_stays_ended_in_whatever_order_it_is_told(
    order: tuple[ApplicationState, ...],
) -> None:
    one = candidate()
    for state in order:
        one = moved(one, APPLICATION, state)
    assert one.applications == {APPLICATION: "ended"}
    assert not one.available


def test_who_is_shortlisted_is_available_and_who_is_hired_is_not() -> None:
    assert shortlisted().available
    assert not hired(shortlisted(), new(OfferId)).available


def test_who_has_another_application_in_the_running_stays_in_it() -> None:
    one = moved(moved(shortlisted(), new(ApplicationId), "shortlisted"), APPLICATION, "ended")
    assert is_in_the_running(one)
    assert one.available


def test_an_older_profile_never_overwrites_a_newer_one() -> None:
    one = informed(informed(candidate(), profile("Go"), 4), profile("Python"), 3)
    assert one.profile == profile("Go")


def test_of_who_is_erased_nothing_comes_back() -> None:
    gone = erased(matched(shortlisted(), new(PositionId), new(MatchId)))
    late = moved(informed(gone, profile("Go"), 9), new(ApplicationId), "shortlisted")
    assert late == gone == Candidate(candidate_id=gone.candidate_id, erased=True)


def test_a_hire_that_does_not_stand_leaves_nobody_hired() -> None:
    offer_id = new(OfferId)
    one = hired(offered(shortlisted(), offer_id), offer_id)
    assert (one.open_offers, one.hired_with) == ((), offer_id)
    assert rid_of(one, offer_id).hired_with is None
