"""The contract, written down once more, by hand: who reads what, who is told what, what happens once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

CANDIDATES = (
    "candidate-applied",
    "candidate-updated",
    "candidate-shortlisted",
    "candidate-declined",
    "candidate-withdrawn",
    "candidate-erased",
)
READS: Mapping[str, frozenset[str]] = {
    "intake": frozenset({"assessment-completed"}),
    "matching": frozenset({*CANDIDATES, "interview-held", "position-requested"}),
    "scheduling": frozenset(
        {
            *CANDIDATES,
            "firm-registered",
            "firm-changed",
            "position-opened",
            "position-changed",
            "position-closed",
            "match-accepted",
            "match-declined",
            "offer-accepted",
            "hire-ended",
            "lesson-reported",
        }
    ),
    "notifications": frozenset(
        {
            "candidate-applied",
            "candidate-promoted",
            "candidate-shortlisted",
            "candidate-declined",
            "candidate-withdrawn",
            "candidate-updated",
            "candidate-erased",
            "match-proposed",
            "match-accepted",
            "offer-made",
            "offer-withdrawn",
            "offer-expired",
            "offer-accepted",
            "offer-declined",
            "firm-registered",
            "firm-changed",
            "position-opened",
            "position-changed",
            "position-closed",
            "visit-offered",
            "visit-booked",
            "visit-cancelled",
            "visit-declined",
            "visit-step-due",
            "interview-scheduled",
            "interview-moved",
            "interview-cancelled",
            "showcase-scheduled",
            "lessons-planned",
            "lesson-moved",
            "lessons-finished",
            "relocation-started",
            "relocation-step-due",
            "candidate-relocated",
            "round-closed",
        }
    ),
}
"""The events that each service has to take in, each once."""

Role = Literal["candidate", "firm", "staff", "teacher", "interpreter", "owner"]


@dataclass(frozen=True, slots=True)
class Row:
    """Whom an event is told, by which template, and (``field``, ``value``) only where the event says so."""

    role: Role
    template: str
    gathered: bool = False
    field: str | None = None
    value: object = None


TOLD: Mapping[str, Sequence[Row]] = {
    "candidate-applied": (
        Row("candidate", "application-received", field="waitlist_place"),
        Row("candidate", "application-waitlisted", field="waitlist_place", value="any"),
    ),
    "candidate-promoted": (Row("candidate", "candidate-promoted"),),
    "candidate-shortlisted": (Row("candidate", "candidate-shortlisted"),),
    "candidate-declined": (Row("candidate", "candidate-declined"),),
    "candidate-withdrawn": (Row("candidate", "candidate-withdrawn"),),
    "match-proposed": (
        Row("candidate", "proposals", gathered=True),
        Row("firm", "proposals", gathered=True),
    ),
    "match-accepted": (
        Row("candidate", "match-made", field="complete", value=True),
        Row("firm", "match-made", field="complete", value=True),
    ),
    "offer-made": (Row("candidate", "offer-made"),),
    "offer-withdrawn": (Row("candidate", "offer-withdrawn"),),
    "offer-expired": (Row("candidate", "offer-expired"), Row("firm", "offer-expired")),
    "offer-accepted": (
        Row("candidate", "hired"),
        Row("firm", "offer-accepted"),
        Row("staff", "offer-accepted"),
    ),
    "offer-declined": (Row("firm", "offer-declined"),),
    "firm-registered": (Row("firm", "welcome"),),
    "position-closed": (Row("firm", "position-filled", field="reason", value="filled"),),
    "visit-offered": (Row("candidate", "visit-offered"),),
    "visit-booked": (Row("candidate", "visit-booked"),),
    "visit-cancelled": (Row("candidate", "visit-cancelled"),),
    "visit-declined": (Row("candidate", "visit-declined", field="reason", value="expired"),),
    "interview-scheduled": tuple(
        Row(role, "interview-scheduled") for role in ("candidate", "firm", "interpreter")
    ),
    "interview-moved": tuple(Row(role, "interview-moved") for role in ("candidate", "firm", "interpreter")),
    "interview-cancelled": tuple(
        Row(role, "interview-cancelled") for role in ("candidate", "firm", "interpreter")
    ),
    "showcase-scheduled": (Row("candidate", "showcase-scheduled"), Row("firm", "showcase-scheduled")),
    "lessons-planned": (
        Row("candidate", "lessons-planned"),
        Row("teacher", "lessons-planned", gathered=True),
    ),
    "lesson-moved": (Row("candidate", "lesson-moved"), Row("teacher", "lesson-moved", gathered=True)),
    "lessons-finished": (Row("candidate", "lessons-finished"),),
    "visit-step-due": (Row("owner", "visit-step-due"),),
    "relocation-step-due": (Row("owner", "relocation-step-due"),),
    "relocation-started": (Row("candidate", "relocation-started"), Row("firm", "relocation-started")),
    "candidate-relocated": (Row("candidate", "candidate-relocated"), Row("firm", "candidate-relocated")),
    "round-closed": (Row("staff", "round-closed"),),
}
"""What is told, and to whom."""

ONCE: Mapping[str, Sequence[str]] = {
    "round-opened": ("round_id",),
    "round-closed": ("round_id",),
    "candidate-applied": ("application_id",),
    "candidate-promoted": ("application_id",),
    "candidate-shortlisted": ("application_id",),
    "candidate-declined": ("application_id",),
    "candidate-withdrawn": ("application_id",),
    "candidate-erased": ("candidate_id",),
    "firm-registered": ("firm_id",),
    "position-opened": ("position_id",),
    "position-closed": ("position_id",),
    "match-proposed": ("candidate_id", "position_id"),
    "match-accepted": ("match_id", "by"),
    "match-declined": ("match_id",),
    "offer-made": ("offer_id",),
    "offer-accepted": ("offer_id",),
    "offer-declined": ("offer_id",),
    "offer-expired": ("offer_id",),
    "offer-withdrawn": ("offer_id",),
    "visit-opened": ("visit_id",),
    "visit-closed": ("visit_id",),
    "visit-attended": ("visit_id", "candidate_id"),
    "interview-scheduled": ("interview_id",),
    "interview-cancelled": ("interview_id",),
    "interview-held": ("interview_id",),
    "showcase-scheduled": (
        "showcase_id",
        "theme",
        "candidate_ids",
        "firm_ids",
        "starts_at",
        "ends_at",
        "place",
    ),
    "showcase-held": ("showcase_id",),
    "lesson-held": ("lesson_id",),
    "lessons-finished": ("plan_id",),
    "relocation-started": ("relocation_id",),
    "relocation-step-due": ("relocation_id", "step"),
    "relocation-step-done": ("relocation_id", "step"),
    "relocation-cancelled": ("relocation_id",),
    "candidate-relocated": ("relocation_id",),
    "message-sent": ("message_id",),
    "message-failed": ("message_id",),
}
"""What can happen to a thing once, whatever becomes of it: the event, and the fields that say which thing."""
