"""The judgement: every promise, one after the other."""

from itertools import chain

from tests.faults.checker.acknowledging import judge_acknowledging
from tests.faults.checker.effects import judge_effects
from tests.faults.checker.evidence import Evidence
from tests.faults.checker.handling import judge_handling
from tests.faults.checker.mailing import judge_mailing
from tests.faults.checker.outside import judge_outside
from tests.faults.checker.places import judge_places
from tests.faults.checker.publishing import judge_publishing, republished
from tests.faults.checker.resting import judge_resting
from tests.faults.checker.standing import judge_standing
from tests.faults.checker.telling import judge_telling
from tests.faults.checker.times import judge_times
from tests.faults.checker.verdict import Verdict

PROMISES = (
    judge_acknowledging,
    judge_publishing,
    judge_handling,
    judge_standing,
    judge_effects,
    judge_outside,
    judge_telling,
    judge_mailing,
    judge_places,
    judge_times,
    judge_resting,
)


def judge(evidence: Evidence) -> Verdict:
    """Say what is wrong with a run, and count what is allowed."""
    findings = chain.from_iterable(look(evidence) for look in PROMISES)
    return Verdict(findings=tuple(findings), republished=republished(evidence))
