"""The judgement: every promise broken once, on small evidence, and caught under its name."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.faults.checker.evidence import Disturbance
from tests.faults.checker.judge import judge
from tests.faults.checker.verdict import Promise
from tests.unit.faults.breaking import BROKEN, HOUR, due, injected, mail_again, parked, told_again, unsaid
from tests.unit.faults.builders import changed, clean
from tests.unit.faults.hire import CANDIDATE, NOW


def test_nothing_is_wrong_with_clean_evidence() -> None:
    verdict = judge(clean())
    assert verdict.findings == ()
    assert verdict.is_sound
    assert set(verdict.counts.values()) == {0}


@pytest.mark.parametrize(
    ("promise", "what"),
    [pytest.param(promise, what, id=f"{promise}: {what}") for promise in BROKEN for what in BROKEN[promise]],
)
def test_each_broken_promise_is_caught(promise: Promise, what: str) -> None:
    verdict = judge(BROKEN[promise][what](clean()))
    assert verdict.count(promise) > 0, verdict.findings
    assert not verdict.is_sound


def test_an_event_that_was_told_again_identically_is_counted_and_allowed() -> None:
    verdict = judge(told_again(clean()))
    assert (verdict.is_sound, verdict.republished) == (True, 1)


@pytest.mark.parametrize("lasts", [timedelta(), timedelta(seconds=30)], ids=["killed", "frozen"])
def test_a_mail_again_is_allowed_where_notifications_was_disturbed_at_it(lasts: timedelta) -> None:
    begun = NOW + timedelta(milliseconds=5)
    disturbed = Disturbance(service="notifications", begun=begun, ended=begun + lasts)
    verdict = judge(replace(mail_again(clean()), disturbances=(disturbed,)))
    assert (verdict.is_sound, verdict.count("smtp_repeats")) == (True, 1)


@pytest.mark.parametrize(
    ("service", "after"),
    [
        ("notifications", timedelta(seconds=30)),
        ("notifications", -timedelta(seconds=30)),
        ("matching", timedelta()),
    ],
    ids=["long after", "long before", "another service"],
)
def test_a_mail_again_is_not_allowed_for_what_was_killed_elsewhere(service: str, after: timedelta) -> None:
    disturbed = Disturbance(service=service, begun=NOW + after, ended=NOW + after)
    assert judge(replace(mail_again(clean()), disturbances=(disturbed,))).count("duplicated") == 1


def test_garbage_that_is_parked_as_it_should_be_is_nothing_to_speak_of() -> None:
    assert judge(parked(injected(clean(), "bad-header"))).is_sound


def test_garbage_that_is_parked_once_more_is_counted_and_allowed() -> None:
    evidence = parked(injected(clean(), "bad-header"))
    verdict = judge(replace(evidence, parked=[*evidence.parked, *evidence.parked]))
    assert (verdict.is_sound, verdict.count("parked_again")) == (True, 1)


def test_a_timer_that_is_not_due_yet_is_nothing_to_speak_of() -> None:
    assert judge(replace(clean(), timers=due("matching", HOUR))).is_sound


def test_who_was_erased_need_not_be_told_anything() -> None:
    erased = unsaid(changed(clean(), "notifications", "people", CANDIDATE, erased=True), "hired")
    assert not [one for one in judge(erased).findings if "hired" in one.text]
