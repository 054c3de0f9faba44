from dataclasses import replace

import pytest

from services.scheduling.domain.candidates import ApplicationState, Candidate, erased, moved_on, recorded
from shared.events.ids import ApplicationId, CandidateId, VisitId
from shared.events.profile import SpokenLanguage
from tests.unit.scheduling.builders import id_of

ONE, OTHER = ApplicationId(id_of(1)), ApplicationId(id_of(2))


def candidate(**applications: ApplicationState) -> Candidate:
    names = {"one": ONE, "other": OTHER}
    return Candidate(
        candidate_id=CandidateId(id_of(9)),
        applications={names[name]: state for name, state in applications.items()},
    )


def told(before: Candidate, zone: str, sequence: int) -> Candidate:
    return recorded(before, time_zone=zone, language="uk", wants_lessons=True, spoken=(), sequence=sequence)


def test_an_application_that_has_ended_does_not_begin_again() -> None:
    ended = moved_on(candidate(), ONE, "ended")
    late = moved_on(moved_on(ended, ONE, "applied"), ONE, "shortlisted")
    assert late.is_gone
    assert not late.is_shortlisted


def test_a_late_application_does_not_undo_the_shortlisting() -> None:
    assert moved_on(moved_on(candidate(), ONE, "shortlisted"), ONE, "applied").is_shortlisted


def test_one_application_that_ends_leaves_the_others() -> None:
    both = moved_on(candidate(one="shortlisted", other="shortlisted"), ONE, "ended")
    assert both.is_shortlisted
    assert not moved_on(candidate(one="shortlisted", other="applied"), ONE, "ended").is_gone


def test_nothing_older_overwrites_what_is_known() -> None:
    newer = told(candidate(), "Europe/Warsaw", 5)
    assert told(newer, "Europe/Kyiv", 4).time_zone == "Europe/Warsaw"
    assert told(newer, "Europe/Kyiv", 6).time_zone == "Europe/Kyiv"


def test_of_who_was_erased_nothing_is_left_and_nothing_comes_back() -> None:
    known = replace(told(candidate(one="shortlisted"), "Europe/Kyiv", 3), visits=(VisitId(id_of(4)),))
    gone = erased(known)
    assert (gone.time_zone, gone.visits, gone.is_gone) == (None, (), True)
    assert told(moved_on(gone, OTHER, "shortlisted"), "Europe/Kyiv", 9).time_zone is None
    assert not moved_on(gone, OTHER, "shortlisted").is_shortlisted


@pytest.mark.parametrize(("tag", "level"), [("ja", "A2"), ("ja-JP", "A2"), ("JA", "A2"), ("jam", "none")])
def test_japanese_is_found_under_any_tag_of_it(tag: str, level: str) -> None:
    spoken = (SpokenLanguage(language="en", level="C1"), SpokenLanguage(language=tag, level="A2"))
    assert replace(candidate(), spoken=spoken).japanese == level
