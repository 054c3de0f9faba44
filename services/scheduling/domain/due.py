"""The kinds of things that fall due. A timer's key is the id that its comment names."""

from datetime import date, datetime, time, timedelta, tzinfo

SEAT_EXPIRES = "seat-expires"  # a seat
VISIT_STEP_DUE = "visit-step-due"  # a seat and a step: see `step_key`
SHOWCASE_HELD = "showcase-held"  # a showcase
LESSONS_WANTED = "lessons-wanted"  # a candidate
LESSONS_FINISHED = "lessons-finished"  # a plan
RELOCATION_STEP_DUE = "relocation-step-due"  # a relocation and a step: see `step_key`

MORNING = time(9)
"""When people are reminded, in the programme's zone."""


def step_key(owner_id: str, step: str) -> str:
    """Name the timer of one step of a seat or a relocation."""
    return f"{owner_id}/{step}"


def read_step_key(key: str) -> tuple[str, str]:
    """Return whose step it is, and which."""
    owner_id, _, step = key.partition("/")
    return owner_id, step


def reminder_at(due_on: date, days: int, zone: tzinfo) -> datetime:
    """Return when somebody is reminded of a step: in the morning, so many days before its last day."""
    return datetime.combine(due_on - timedelta(days=days), MORNING, zone)
