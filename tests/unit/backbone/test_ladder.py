"""The ladder: where a message goes whose work was not done."""

import pytest

from shared.events import Undecodable
from shared.messaging.errors import Unreadable
from shared.messaging.ladder import Ladder, Verdict, describe
from shared.messaging.reactions import NotYet
from shared.settings import Settings
from shared.storage.errors import IdReused

LADDER = Ladder(retries=(5, 60, 600), waits=(1, 1, 5))


@pytest.mark.parametrize(("climbed", "delay"), [(0, 5), (1, 60), (2, 600), (3, None), (99, None)])
def test_what_fails_is_tried_again_ever_later_then_parked(climbed: int, delay: float | None) -> None:
    verdict = LADDER.judge({"enmusubi-attempt": climbed, "enmusubi-waited": 2}, RuntimeError())
    assert verdict == Verdict("failed", delay, "enmusubi-attempt")


@pytest.mark.parametrize(("climbed", "delay"), [(0, 1), (1, 1), (2, 5), (3, None)])
def test_what_came_too_early_climbs_a_ladder_of_its_own(climbed: int, delay: float | None) -> None:
    verdict = LADDER.judge({"enmusubi-waited": climbed, "enmusubi-attempt": 3}, NotYet("candidate"))
    assert verdict == Verdict("predecessor-missing", delay, "enmusubi-waited")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Undecodable("bad-json", "x"), "bad-json"),
        (Unreadable("too-large", "x"), "too-large"),
        (IdReused("x"), "id-reused"),
    ],
)
def test_what_no_retry_can_mend_is_parked_at_once(error: Exception, reason: str) -> None:
    assert LADDER.judge({}, error) == Verdict(reason, None)


@pytest.mark.parametrize("forged", [-1, -99, "2", None, 1.5, [3]])
def test_a_forged_count_is_none(forged: object) -> None:
    assert LADDER.judge({"enmusubi-attempt": forged}, RuntimeError()).delay == 5


def test_without_delays_it_is_parked_at_once() -> None:
    assert Ladder((), ()).judge({}, RuntimeError()).delay is None


def test_the_ladders_in_production_are_those_of_the_design() -> None:
    retries = Settings.model_fields["retry_delays"].default
    waits = Settings.model_fields["not_yet_delays"].default
    assert retries == (5, 60, 600)
    assert waits[:7] == (1, 1, 1, 1, 1, 5, 60)
    assert sum(waits[7:]) == 24 * 60 * 60
    assert set(waits[7:]) == {600}


def test_an_error_is_described_without_what_it_was_about() -> None:
    assert describe(ValueError("jan.kowalski@mail.example")) == "ValueError"
    assert describe(NotYet("candidate")) == "NotYet: candidate"
