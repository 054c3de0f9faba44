"""Calendars over HTTP, for calendar programs: whoever has the link reads it."""

import asyncio
from typing import Annotated, Final

from fastapi import Path, Response

from services.scheduling.availability import whoever
from services.scheduling.feeds import Names, appointments, written
from services.scheduling.planned import PlannedFor, planned_for
from services.scheduling.store import calendar_links, firms, positions
from services.scheduling.words import words_in
from shared.storage.collection import In
from shared.web import headers
from shared.web.app import router as new_router
from shared.web.identity import ANYONE
from shared.web.pages import Reader
from shared.web.parts import Documents, Programme
from shared.web.problems import NotFound, documented

router = new_router()
Token = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="From `calendar` in the agenda")]
MEDIA_TYPE: Final = "text/calendar"


@router.get(
    "/calendars/{token}.ics",
    tags=["agendas"],
    dependencies=[ANYONE],
    response_class=Response,
    responses=documented(NotFound)
    | {
        200: {
            "description": "The calendar (RFC 5545)",
            "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
            "headers": headers.described(headers.CACHE_CONTROL),
        }
    },
)
async def show_calendar(token: Token, documents: Documents, programme: Programme) -> Response:
    """Show what is planned for somebody as a calendar to subscribe to: interviews, showcases, lessons, what is due.

    The link is in the agenda. It is good until that person is erased, and shows no more than the agenda: no names of
    people. Times are in the programme's zone, words in the language that the person is written to in (en, ja, uk, ru).
    """
    links = await documents.find(calendar_links, token=token)
    if not links:
        raise NotFound("there is no such calendar, or no longer")
    planned = await planned_for(links[0].person_id, documents)
    owner = await whoever(documents, planned.person_id)
    words = words_in(None if owner is None else owner.language)
    found = appointments(planned, await _names(planned, documents), words)
    content = await asyncio.to_thread(written, found, programme.clock.now(), programme.zone)
    return Response(content, media_type=MEDIA_TYPE, headers={headers.CACHE_CONTROL: "private, max-age=300"})


async def _names(planned: PlannedFor, documents: Reader) -> Names:
    wanted = {one.firm_id for one in planned.interviews} | {one.firm_id for one in planned.relocations}
    named = await documents.find(firms, firm_id=In(sorted(wanted)))
    titled = await documents.find(
        positions, position_id=In(sorted({one.position_id for one in planned.interviews}))
    )
    return Names(
        firms={one.firm_id: one.name for one in named},
        titles={one.position_id: one.title for one in titled},
    )
