from datetime import timedelta

from services.scheduling.domain.showcases import turns, twice
from shared.events.ids import CandidateId
from tests.unit.scheduling.builders import MONDAY, at, id_of


def test_teams_show_their_work_one_after_the_other_in_equal_turns() -> None:
    first, second, third = turns(at(MONDAY, 14), at(MONDAY, 15), 3)
    assert first == (at(MONDAY, 14), at(MONDAY, 14, 20))
    assert second[0] == first[1]
    assert third[1] == at(MONDAY, 15)
    assert turns(at(MONDAY, 14), at(MONDAY, 15), 7)[0][1] - at(MONDAY, 14) == timedelta(minutes=8)


def test_nobody_is_in_two_teams() -> None:
    one, other = CandidateId(id_of(1)), CandidateId(id_of(2))
    assert twice([(one,), (other,)]) == ()
    assert twice([(one, other), (one,)]) == (one,)
