"""Screening over HTTP: what staff see of applications, and decide about them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated

from fastapi import Query

from services.intake.api.forms import ApplicationAnswer, ApplicationSummary, Decline
from services.intake.domain.applications import Application, ApplicationState
from services.intake.domain.rounds import promoted
from services.intake.endings import end
from services.intake.store import applications, candidates, rounds, the_application, the_candidate, the_round
from shared.events.ids import ApplicationId, RoundId
from shared.events.intake import CandidateDeclined, CandidatePromoted, CandidateShortlisted
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.identity import Staff
from shared.web.pages import Cursor, Limit, Page
from shared.web.parts import Command, Documents
from shared.web.problems import Conflict, NotFound, documented

router = new_router()
Decide = Callable[[UnitOfWork, Application], Awaitable[Application]]


@router.get("/applications", tags=["screening"])
async def list_applications(
    _: Staff,
    documents: Documents,
    round_id: Annotated[RoundId | None, Query(description="Those in this round alone")] = None,
    state: Annotated[ApplicationState | None, Query(description="Those in this state alone")] = None,
    country: Annotated[
        str | None,
        Query(description="Those from this country of residence alone (ISO 3166-1)", pattern="^[A-Z]{2}$"),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[ApplicationSummary]:
    """List applications; repeats are among them, as `repeat`."""
    wanted = {"round_id": round_id, "state": state, "country": country}
    where = {name: value for name, value in wanted.items() if value is not None}
    found, following = await documents.page(applications, cursor, limit, **where)
    return Page(items=[ApplicationSummary.of(one) for one in found], next=following)


@router.post(
    "/applications/{application_id}/shortlisting",
    tags=["screening"],
    responses=documented(NotFound, Conflict),
)
async def shortlist(application_id: ApplicationId, _: Staff, command: Command) -> ApplicationAnswer:
    """Shortlist a candidate: matches are proposed, and lessons planned for those who want them."""
    return await _decide(command, application_id, _shortlist)


async def _shortlist(unit: UnitOfWork, application: Application) -> Application:
    if application.state == "shortlisted":
        return application
    if application.state != "applied":
        raise Conflict(
            f"the application is {application.state}; only one that has a place can be shortlisted"
        )
    event = CandidateShortlisted(
        candidate_id=application.candidate_id, application_id=application.application_id
    )
    application = replace(application, state="shortlisted")
    unit.save(applications, application)
    unit.save(candidates, await the_candidate(unit, application.candidate_id), event)
    return application


@router.post(
    "/applications/{application_id}/promotion", tags=["screening"], responses=documented(NotFound, Conflict)
)
async def promote(application_id: ApplicationId, _: Staff, command: Command) -> ApplicationAnswer:
    """Give somebody from the waitlist a place that is free."""
    return await _decide(command, application_id, _promote)


async def _promote(unit: UnitOfWork, application: Application) -> Application:
    if application.state == "applied":
        return application
    if application.state != "waitlisted":
        raise Conflict(f"the application is {application.state}, not on the waitlist")
    current = promoted(await the_round(unit, application.round_id))
    if current is None:
        raise Conflict("no place in the round is free")
    event = CandidatePromoted(
        candidate_id=application.candidate_id,
        application_id=application.application_id,
        round_id=application.round_id,
    )
    application = replace(application, state="applied", waitlist_place=None)
    unit.save(rounds, current)
    unit.save(applications, application)
    unit.save(candidates, await the_candidate(unit, application.candidate_id), event)
    return application


@router.post(
    "/applications/{application_id}/decline", tags=["screening"], responses=documented(NotFound, Conflict)
)
async def decline(
    application_id: ApplicationId, request: Decline, _: Staff, command: Command
) -> ApplicationAnswer:
    """Decline an application, which ends it."""

    async def make(unit: UnitOfWork, application: Application) -> Application:
        event = CandidateDeclined(
            candidate_id=application.candidate_id,
            application_id=application.application_id,
            reason=request.reason,
        )
        return await end(unit, application, "declined", event)

    return await _decide(command, application_id, make)


async def _decide(command: Command, application_id: ApplicationId, decision: Decide) -> ApplicationAnswer:
    async def make(unit: UnitOfWork) -> Application:
        return await decision(unit, await the_application(unit, application_id))

    return ApplicationAnswer.of(await command(make, [applications.key(application_id)]))
