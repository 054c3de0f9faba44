"""The judgement: every promise, one after the other."""

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.verdict import Verdict


def judge(evidence: Evidence) -> Verdict:
    """Say what is wrong with a run."""
    del evidence
    return Verdict()
