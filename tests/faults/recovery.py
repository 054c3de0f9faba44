"""Recovery: how long it takes, when faults are over, until every process says that it is ready again."""

import asyncio
import statistics
import time

from tests.faults.system import System

LOOK_EVERY = 0.2
PATIENCE = 60.0


class Recovery:
    """Measures while nothing more is done to the system, so that no fault falls into what another has caused."""

    def __init__(self, system: System) -> None:
        self.seconds: list[float] = []
        self.findings: list[str] = []
        self._system = system

    async def measure(self) -> None:
        """Return when every process is ready, and note how long that took from now on."""
        since = time.monotonic()
        while unready := await self._system.unready():
            if time.monotonic() - since > PATIENCE:
                self.findings.append(f"not ready {PATIENCE:g} s after a fault: {'; '.join(unready)}")
                return
            await asyncio.sleep(LOOK_EVERY)
        self.seconds.append(time.monotonic() - since)

    @property
    def summary(self) -> dict[str, float | int | None]:
        """Return the median and the worst, in seconds, and of how many."""
        return {
            "median": round(statistics.median(self.seconds), 2) if self.seconds else None,
            "worst": round(max(self.seconds), 2) if self.seconds else None,
            "measured": len(self.seconds),
        }
