"""How large a programme is played."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """The numbers of a programme."""

    applicants: int
    capacity: int
    waitlist: int
    shortlisted: int
    declined: int
    """How many staff decline at screening."""
    firms: int
    seats: int
    invited: int
    """How many are asked to the visit, in order; those behind the seats wait."""
    teams: int
    teachers: int


DEMO = Scale(
    applicants=287,
    capacity=250,
    waitlist=30,
    shortlisted=64,
    declined=20,
    firms=12,
    seats=9,
    invited=14,
    teams=3,
    teachers=4,
)
JOURNEY = Scale(
    applicants=40,
    capacity=30,
    waitlist=5,
    shortlisted=12,
    declined=3,
    firms=4,
    seats=4,
    invited=8,
    teams=2,
    teachers=2,
)
