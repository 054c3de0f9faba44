"""The planner of interviews: the seam where a better engine will go.

It is given what is wanted, the times and rooms there are, and what everybody has already; it answers where
each interview goes. The same questions always get the same answers.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from services.scheduling.domain.calendar import Calendars, Taken
from shared.events.ids import CandidateId, FirmId, InterpreterId, MatchId, PositionId, RoomId

OPENS, LUNCH, LUNCH_ENDS, CLOSES = time(10), time(12), time(13), time(17)
"""The hours of interviews, in the programme's zone."""
_SATURDAY = 5

Slot = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """An interview that is to take place."""

    match_id: MatchId
    candidate_id: CandidateId
    position_id: PositionId
    firm_id: FirmId
    firm_name: str
    title: str
    """Of the position."""
    seat_number: int
    """The candidate's place in the order of the invitations."""
    needs_interpreter: bool = False
    """Whether the two are known to share no language."""
    interpreters: tuple[InterpreterId, ...] = ()
    """Who could interpret, where somebody should; the first who is free does."""

    @property
    def order(self) -> tuple[str, str, int, str]:
        """By content; by id last, so that two runs with other ids give the same plan."""
        return (self.firm_name, self.title, self.seat_number, self.match_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where interviews can take place, one at a time."""

    room_id: RoomId
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """An interview with its time and place."""

    wanted: Wanted
    starts_at: datetime
    ends_at: datetime
    place: str
    room_id: RoomId | None
    interpreter_id: InterpreterId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What was placed, and what found no slot."""

    placed: tuple[Placed, ...]
    without_slot: tuple[Wanted, ...]


def interview_slots(
    starts_on: date, ends_on: date, zone: tzinfo, now: datetime, minutes: int
) -> tuple[Slot, ...]:
    """Return the times at which interviews can begin from now on, on a visit's weekdays, earliest first."""
    days = [starts_on + timedelta(days=one) for one in range((ends_on - starts_on).days + 1)]
    found = [
        slot
        for day in days
        if day.weekday() < _SATURDAY
        for first, last in ((OPENS, LUNCH), (LUNCH_ENDS, CLOSES))
        for slot in _one_after_another(
            datetime.combine(day, first, zone), datetime.combine(day, last, zone), timedelta(minutes=minutes)
        )
    ]
    return tuple(slot for slot in found if slot[0] > now)


def _one_after_another(begin: datetime, end: datetime, length: timedelta) -> Iterable[Slot]:
    while begin + length <= end:
        yield begin, begin + length
        begin += length


def plan(
    wanted: Iterable[Wanted],
    slots: Sequence[Slot],
    places: Sequence[Place],
    calendars: Calendars,
    most_a_day: int,
) -> Plan:
    """Give each interview the earliest slot at which its candidate, its firm and a room are free.

    Where somebody should interpret, the earliest at which one of them is free, too; where none of them ever is, it goes
    without. Without any rooms, a firm's interviews take place at the firm. A candidate has at most ``most_a_day``
    interviews on one day, those that are planned already included.
    """
    table = _Table(places, calendars, most_a_day, slots)
    placed, without = [], []
    for one in sorted(wanted, key=lambda one: one.order):
        found = table.place(one)
        if found is None:
            without.append(one)
        else:
            placed.append(found)
    return Plan(placed=tuple(placed), without_slot=tuple(without))


class _Table:
    """What is taken while a plan is made."""

    def __init__(
        self, places: Sequence[Place], calendars: Calendars, most_a_day: int, slots: Sequence[Slot]
    ) -> None:
        self._slots = slots
        self._places = sorted(places, key=lambda one: (one.name, one.room_id))
        self._most_a_day = most_a_day
        self._taken = {who: Taken(busy) for who, busy in calendars.items()}
        self._of_the_day = Counter(
            (who, one.starts_at.astimezone(slots[0][0].tzinfo).date())
            for who, busy in calendars.items()
            for one in busy
            if slots and one.what == "interview"
        )

    def place(self, wanted: Wanted) -> Placed | None:
        if not wanted.interpreters:
            return self._place(wanted, (None,))
        return self._place(wanted, wanted.interpreters) or self._place(wanted, (None,))

    def _place(self, wanted: Wanted, interpreters: Sequence[InterpreterId | None]) -> Placed | None:
        for starts_at, ends_at in self._slots:
            today = (wanted.candidate_id, starts_at.date())
            if self._of_the_day[today] >= self._most_a_day or not self._are_free(
                (wanted.candidate_id, wanted.firm_id), starts_at, ends_at
            ):
                continue
            free = [one for one in interpreters if one is None or self._of(one).is_free(starts_at, ends_at)]
            found = self._somewhere(wanted, starts_at, ends_at, free[0]) if free else None
            if found is not None:
                self._take(found)
                return found
        return None

    def _take(self, placed: Placed) -> None:
        wanted = placed.wanted
        self._of_the_day[wanted.candidate_id, placed.starts_at.date()] += 1
        for who in (wanted.candidate_id, wanted.firm_id, placed.room_id, placed.interpreter_id):
            if who is not None:
                self._of(who).take(placed.starts_at, placed.ends_at)

    def _somewhere(
        self, wanted: Wanted, starts_at: datetime, ends_at: datetime, interpreter_id: InterpreterId | None
    ) -> Placed | None:
        free = [one for one in self._places if self._of(one.room_id).is_free(starts_at, ends_at)]
        if self._places and not free:
            return None
        return Placed(
            wanted=wanted,
            starts_at=starts_at,
            ends_at=ends_at,
            place=free[0].name if free else wanted.firm_name,
            room_id=free[0].room_id if free else None,
            interpreter_id=interpreter_id,
        )

    def _are_free(self, everyone: Iterable[str], starts_at: datetime, ends_at: datetime) -> bool:
        return all(self._of(who).is_free(starts_at, ends_at) for who in everyone)

    def _of(self, who: str) -> Taken:
        return self._taken.setdefault(who, Taken(()))
