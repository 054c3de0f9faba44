"""What the client of intake's bench is told."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Task(BaseModel):
    """Whom to send how many applications."""

    model_config = ConfigDict(frozen=True)

    port: int
    count: Annotated[int, Field(description="how many there are, those of the warm-up among them")]
    warm_up: Annotated[int, Field(description="after how many of them the measuring begins")]
    connections: int
