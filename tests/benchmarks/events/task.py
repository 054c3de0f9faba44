"""What a side of the events' bench is told."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Task(BaseModel):
    """What a side is to do, and where."""

    model_config = ConfigDict(frozen=True)

    amqp_url: str
    mongo_url: str
    database: str
    count: Annotated[int, Field(description="how many there are, those of the warm-up among them")]
    warm_up: Annotated[int, Field(description="after how many of them the measuring begins")]
    at_once: Annotated[int, Field(description="prefetch, or how many are in flight")]
