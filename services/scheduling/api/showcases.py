"""A visit's showcase over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.scheduling.api.forms import ShowcaseRequest, TeamForm
from services.scheduling.api.problems import NotComing, SomebodyBusy
from services.scheduling.api.views import ShowcaseView
from services.scheduling.calendars import open_for
from services.scheduling.domain.candidates import used
from services.scheduling.domain.due import SHOWCASE_HELD
from services.scheduling.domain.rooms import Room
from services.scheduling.domain.showcases import Showcase, is_announced_as, scheduled, turns, twice
from services.scheduling.domain.visits import STAYS, Visit, planned_on, seat_id
from services.scheduling.store import candidates, firms, rooms, seats, showcases, the_visit, visits
from services.scheduling.teaching import make_room
from shared.events.ids import CandidateId, ShowcaseId, VisitId
from shared.ids import derived
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.identity import Staff
from shared.web.parts import Command
from shared.web.problems import Conflict, FieldError, Invalid, NotFound, NotKnownYet, documented

router = new_router()


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A team's showcase as it was, if it was, and as it is to be."""

    before: Showcase | None
    after: Showcase

    @property
    def is_announced(self) -> bool:
        """Whether nothing is to be announced: what was announced is still so."""
        return is_announced_as(self.before, self.after)


@router.put(
    "/visits/{visit_id}/showcase",
    tags=["visits"],
    responses=documented(NotFound, Conflict, NotComing, SomebodyBusy, NotKnownYet),
    response_description="What the teams show, in the order of time",
)
async def put_showcase(
    visit_id: VisitId, request: ShowcaseRequest, _: Staff, command: Command
) -> tuple[ShowcaseView, ...]:
    """Set a visit's demo day: its teams, and later what they showed.

    A team is known by its name, and once announced it stays. Lessons that are in a team's way are put off;
    where anything else is in somebody's way, nothing changes.
    """

    async def make(unit: UnitOfWork) -> list[Showcase]:
        visit = await the_visit(unit, visit_id)
        unit.save(visits, planned_on(visit))
        changes = await _changes(unit, visit, request)
        await _check(unit, visit, [one for one in changes if not one.is_announced])
        await _arrange(unit, [one for one in changes if not one.is_announced])
        for one in changes:
            unit.save(showcases, one.after, *([] if one.is_announced else [scheduled(one.after)]))
        return [one.after for one in changes]

    return tuple(ShowcaseView.of(one) for one in await command(make))


async def _changes(unit: UnitOfWork, visit: Visit, request: ShowcaseRequest) -> list[Change]:
    if twice([one.candidate_ids for one in request.teams]):
        raise _invalid("body.teams", "nobody should be in two teams, or twice in one")
    known = {one.showcase_id: one for one in await unit.find(showcases, visit_id=visit.visit_id)}
    named = await unit.find(rooms, name=request.place)
    times = turns(request.starts_at, request.ends_at, len(request.teams))
    made = [
        _made(visit, team, turn, request.place, named)
        for team, turn in zip(request.teams, times, strict=True)
    ]
    if left_out := sorted(
        one.team for key, one in known.items() if key not in {other.showcase_id for other in made}
    ):
        raise Conflict(f"announced teams cannot be left out: {', '.join(left_out)}")
    return [_change(known.get(one.showcase_id), one) for one in made]


def _made(
    visit: Visit, team: TeamForm, turn: tuple[datetime, datetime], place: str, named: Sequence[Room]
) -> Showcase:
    return Showcase(
        showcase_id=derived(ShowcaseId, visit.visit_id, team.team),
        visit_id=visit.visit_id,
        theme=team.theme,
        team=team.team,
        candidate_ids=team.candidate_ids,
        firm_ids=tuple(dict.fromkeys(team.firm_ids)),
        starts_at=turn[0],
        ends_at=turn[1],
        place=place,
        room_id=named[0].room_id if named else None,
        shown=team.shown,
        links=tuple(str(one) for one in team.links),
    )


def _change(before: Showcase | None, after: Showcase) -> Change:
    """Keep what was announced as it was announced; only what was shown, and links, may be new."""
    if before is not None and is_announced_as(before, after):
        return Change(before=before, after=replace(before, shown=after.shown, links=after.links))
    return Change(before=before, after=after)


async def _check(unit: UnitOfWork, visit: Visit, changes: Sequence[Change]) -> None:
    """Raise a problem unless these may be announced."""
    if not changes:
        return
    if visit.state == "closed":
        raise Conflict("the visit is closed")
    if begun := [one.after.team for one in changes if one.before and one.before.starts_at <= unit.now]:
        raise Conflict(f"this has taken place: {', '.join(begun)}")
    for one in changes:
        days = {moment.astimezone(unit.zone).date() for moment in (one.after.starts_at, one.after.ends_at)}
        if one.after.starts_at <= unit.now or min(days) < visit.starts_on or max(days) > visit.ends_on:
            raise _invalid("body.starts_at", "the demo day should lie ahead, within the visit")
    await _check_who_comes(unit, visit, [one.after for one in changes])


async def _check_who_comes(unit: UnitOfWork, visit: Visit, made: Sequence[Showcase]) -> None:
    ids = [who for one in made for who in one.candidate_ids]
    found = await unit.get_many(seats, [seat_id(visit.visit_id, who) for who in ids])
    gone = {one.candidate_id for one in await unit.get_many(candidates, ids) if one.is_gone}
    coming = {one.candidate_id for one in found if one.state in STAYS} - gone
    if missing := [who for who in ids if who not in coming]:
        raise NotComing(f"these have no booked seat: {', '.join(missing)}")
    wanted = list(dict.fromkeys(who for one in made for who in one.firm_ids))
    known = {one.firm_id for one in await unit.get_many(firms, wanted)}
    if unknown := [who for who in wanted if who not in known]:
        raise NotKnownYet(f"firm {', '.join(unknown)}")


async def _arrange(unit: UnitOfWork, changes: Sequence[Change]) -> None:
    """Take everybody's time, and give back what was taken before; raises SomebodyBusy."""
    earlier = [one.before for one in changes if one.before is not None]
    made = [one.after for one in changes]
    diary = await open_for(
        unit, [who for one in earlier for who in one.takes_part], [one.busy for one in earlier]
    )
    for before in earlier:
        diary.free(before.takes_part, before.busy)
    for one in made:
        await _join(unit, one)
        unit.set_timer(SHOWCASE_HELD, one.showcase_id, one.ends_at)
    diary = await open_for(unit, [who for one in made for who in one.takes_part], [one.busy for one in made])
    taken = {
        who: busy.what
        for one in made
        for who in one.takes_part
        if (busy := diary.clash(who, one.starts_at, one.ends_at)) is not None
    }
    if taken:
        raise SomebodyBusy("; ".join(f"{who} has an appointment: {what}" for who, what in taken.items()))
    for one in made:
        diary.book(one.takes_part, one.busy)


async def _join(unit: UnitOfWork, showcase: Showcase) -> None:
    """Note a showcase with its candidates, and put off their lessons that are in its way."""
    members: Sequence[CandidateId] = showcase.candidate_ids
    for candidate in await unit.get_many(candidates, members):
        others = (one for one in candidate.showcases if one != showcase.showcase_id)
        unit.save(candidates, replace(used(candidate), showcases=(*others, showcase.showcase_id)))
        if candidate.plan_id is not None:
            await make_room(unit, [candidate.plan_id], showcase.starts_at, showcase.ends_at)


def _invalid(where: str, message: str) -> Invalid:
    return Invalid(errors=[FieldError(where=where, message=message, code="showcase")])
