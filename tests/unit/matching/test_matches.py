"""How a match goes on."""

from datetime import timedelta

import pytest

from services.matching.domain.engine import Scored
from services.matching.domain.matches import (
    accepted,
    best_first,
    ended,
    forgotten,
    has_accepted,
    interviewed,
    offered,
    scored_again,
)
from shared.events.ids import OfferId
from shared.events.profile import Reason
from shared.events.vocabulary import InterviewOutcome
from shared.ids import new
from tests.unit.matching.builders import NOW, match, position


def test_a_match_is_made_when_both_have_accepted() -> None:
    half, first = accepted(match(), "firm")
    whole, second = accepted(half, "candidate")
    assert (half.state, first.complete) == ("proposed", False)
    assert (whole.state, second.complete) == ("made", True)
    assert has_accepted(half, "firm")
    assert not has_accepted(half, "candidate")


def test_a_match_that_ended_has_no_offer() -> None:
    over, event = ended(offered(match(), new(OfferId)), "programme")
    assert (over.state, over.ended_by, over.offer) == ("ended", "programme", None)
    assert event.by == "programme"


@pytest.mark.parametrize("outcome", ["offer", "no", "undecided"])
def test_an_interview_that_took_place_counts(outcome: InterviewOutcome) -> None:
    assert interviewed(match(), outcome, NOW).was_interviewed


def test_an_interview_that_did_not_take_place_never_hides_one_that_did() -> None:
    met = interviewed(match(), "undecided", NOW)
    assert interviewed(met, "no-show", NOW + timedelta(days=1)) == met
    missed = interviewed(match(), "no-show", NOW + timedelta(days=1))
    assert not missed.was_interviewed
    assert interviewed(missed, "undecided", NOW).was_interviewed


def test_of_two_interviews_the_later_one_counts_in_whatever_order_they_come() -> None:
    later = interviewed(match(), "no", NOW + timedelta(days=1))
    assert interviewed(later, "offer", NOW) == later


def test_equal_scores_are_ordered_by_content_and_by_id_only_last() -> None:
    first, second = match(content="a"), match(content="b")
    assert sorted([second, first], key=best_first) == [first, second]
    assert min([first, match(score=0.9, content="z")], key=best_first).score == 0.9


def test_a_new_score_changes_nothing_else() -> None:
    known = offered(match(), new(OfferId))
    reasons = (Reason(code="skill", skill="Go", points=0.7),)
    again = scored_again(known, Scored(position=position(), score=0.7, reasons=reasons, content="c"))
    assert (again.score, again.offer, again.state) == (0.7, known.offer, known.state)


def test_of_an_erased_candidate_s_match_nothing_says_what_they_could_do() -> None:
    reasons = (Reason(code="skill", skill="Go", points=0.5),)
    left = forgotten(match(reasons=reasons, content="c"))
    assert (left.reasons, left.content, left.score) == ((), "", 0)
