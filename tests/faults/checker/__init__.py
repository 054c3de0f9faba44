"""The independent checker: decides, from outside, whether a run has kept what the system promises.

It shares no code with the services. ``await check(Where(...))`` reads everything and judges it.
"""

from tests.faults.checker.evidence import Evidence, Where
from tests.faults.checker.gathering import gather
from tests.faults.checker.judge import judge
from tests.faults.checker.verdict import Finding, Verdict

__all__ = ["Evidence", "Finding", "Verdict", "Where", "check", "gather", "judge"]


async def check(where: Where) -> Verdict:
    """Gather the evidence of a run that has come to rest, and judge it."""
    return judge(await gather(where))
