"""The programme's rules about time, which settings may change."""

from datetime import time

from pydantic import BaseModel, ConfigDict, Field


class Rules(BaseModel):
    """How long, how early, how many. The defaults are the programme's own."""

    model_config = ConfigDict(frozen=True)

    seat_offer_days: int = Field(default=7, ge=1)
    """For how long an offered seat is held."""
    reminder_days: int = Field(default=7, ge=1)
    """How long before its last day a step is said to be due."""
    interview_minutes: int = Field(default=60, ge=15, le=120)
    interviews_a_day: int = Field(default=3, ge=1)
    """How many interviews a candidate has on one day, at the most."""
    lesson_minutes: int = Field(default=50, ge=15, le=60)
    lesson_weeks: int = Field(default=26, ge=1, le=52)
    lessons_a_week: int = Field(default=2, ge=1, le=3)
    learner_from: time = time(8)
    learner_until: time = time(21)
    """Between which hours of a learner's own day a lesson may lie."""
