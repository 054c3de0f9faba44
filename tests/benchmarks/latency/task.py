"""What a side of the latency bench is told, and what it tells."""

import statistics
from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field


class Task(BaseModel):
    """What a side is to do, and where."""

    model_config = ConfigDict(frozen=True)

    amqp_url: str
    count: Annotated[int, Field(description="how many there are, those of the warm-up among them")]
    warm_up: int
    per_second: float
    intake_port: int = 0
    smtp_port: int = 0
    staff_token: str = ""
    application_ids: Annotated[dict[str, str], Field(description="of whom to shortlist, by candidate")] = {}
    positions: int = 0


class Spread(BaseModel):
    """How long it took, in milliseconds."""

    model_config = ConfigDict(frozen=True)

    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Self:
        """Summarise."""
        cuts = statistics.quantiles(seconds, n=100)
        return cls(p50=cuts[49] * 1000, p99=cuts[98] * 1000)
