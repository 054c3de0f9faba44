"""Agendas over HTTP: all that is planned for somebody."""

import secrets

from services.scheduling.api.views import Agenda
from services.scheduling.availability import meet, whoever
from services.scheduling.domain.calendar import CalendarLink
from services.scheduling.domain.candidates import Candidate
from services.scheduling.planned import planned_for
from services.scheduling.store import calendar_links
from shared.events.ids import PersonId
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.identity import Participant
from shared.web.parts import Command, Documents

router = new_router()


@router.get("/agendas/{person_id}", tags=["agendas"])
async def show_agenda(
    person_id: PersonId, caller: Participant, documents: Documents, command: Command
) -> Agenda:
    """Show all that is planned for somebody, with the ids, in the order of time, and the link to their calendar.

    Who nothing is planned for has an empty agenda.
    """
    caller.must_be(person_id)
    link = await documents.get(calendar_links, person_id)
    if link is None:
        link = await command(lambda unit: _link(unit, person_id))
    calendar = None if link is None else f"/calendars/{link.token}.ics"
    return Agenda.of(await planned_for(person_id, documents), calendar)


async def _link(unit: UnitOfWork, person_id: PersonId) -> CalendarLink | None:
    """Make the link to somebody's calendar when it is first asked for; for strangers, and who was erased, none."""
    person = await whoever(unit, person_id)
    if person is None or (isinstance(person, Candidate) and person.erased):
        return None
    link = await unit.get(calendar_links, person_id)
    if link is None:
        link = CalendarLink(person_id=person_id, token=secrets.token_hex(32))
        unit.save(calendar_links, link)
        meet(unit, person)
    return link
