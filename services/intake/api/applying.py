"""Applying over HTTP: the way in."""

from dataclasses import replace
from typing import Annotated

from fastapi import Response

from services.intake.api.forms import ApplicationAnswer, ApplicationRequest
from services.intake.api.problems import RoundIsClosed
from services.intake.domain.applications import Application, Candidate, Person, Record, applied
from services.intake.domain.rounds import (
    RECRUITING,
    Placement,
    Refusal,
    Round,
    closed,
    freed,
    is_full,
    place,
    takes_applications,
)
from services.intake.private import send_contact, send_link, send_notice
from services.intake.store import (
    applications,
    candidates,
    people,
    recruiting,
    refusals,
    rounds,
    the_candidate,
    the_recruiting,
)
from services.intake.timers import ROUND_CLOSES
from shared.events.ids import ApplicationId, CandidateId
from shared.storage.unit import UnitOfWork
from shared.vault import Vault, keys
from shared.web.app import router as new_router
from shared.web.idempotency import IdempotencyKey, Reply, RequestKey, hashed
from shared.web.identity import ANYONE
from shared.web.parts import OnlyOnce, using
from shared.web.problems import FieldError, Invalid, documented

router = new_router()
TheVault = Annotated[Vault, using(Vault)]


@router.post(
    "/applications",
    tags=["applications"],
    status_code=201,
    dependencies=[ANYONE],
    response_model=ApplicationAnswer,
    responses=documented(RoundIsClosed),
)
async def apply(
    request: ApplicationRequest, key: IdempotencyKey, once: OnlyOnce, vault: TheVault
) -> Response:
    """Apply. A confirmation comes by mail, with a link to see what becomes of it.

    Whoever applies twice in a round gets the same kind of answer: nobody learns from it who has applied.
    """
    fingerprint = vault.fingerprint(request.contact.email.casefold())
    reads = (recruiting.key(RECRUITING), people.key(fingerprint))
    return await once.run(key, request, lambda unit: _apply(request, fingerprint, key, unit), reads)


async def _apply(request: ApplicationRequest, fingerprint: str, key: RequestKey, unit: UnitOfWork) -> Reply:
    current = await _wanted(request, unit)
    if not takes_applications(current, unit.today):
        return await _refuse(current, key, unit)
    person = await unit.get(people, fingerprint)
    known = None if person is None else await the_candidate(unit, person.candidate_id)
    placement = place(current)
    if known is not None and current.round_id in known.applications:
        return _repeat(request, known, placement, unit)
    candidate = known or Candidate(candidate_id=unit.new_id(CandidateId))
    application = _application(request, candidate.candidate_id, placement, unit)
    record = await _keep(request, candidate, fingerprint, unit)
    unit.save(applications, application)
    send_contact(unit, candidate.candidate_id, request.contact, record)
    send_link(unit, candidate.candidate_id)
    unit.save(candidates, *applied(candidate, record, application))
    await _take(placement.round, unit)
    return Reply(201, ApplicationAnswer.of(application))


async def _wanted(request: ApplicationRequest, unit: UnitOfWork) -> Round:
    round_id = request.round_id or (await the_recruiting(unit)).current
    if round_id is None:
        raise RoundIsClosed("No round has opened yet.")
    found = await unit.get(rounds, round_id)
    if found is None:
        message = "There is no such round; GET /rounds/current shows the one that is open"
        raise Invalid(errors=[FieldError(where="body.round_id", message=message, code="round")])
    return found


async def _refuse(current: Round, key: RequestKey, unit: UnitOfWork) -> Reply:
    """Say that it is closed, kindly; and count who came too late, each once."""
    refusal = Refusal(refusal_id=hashed(current.round_id, key.hashed), round_id=current.round_id)
    if await unit.get(refusals, refusal.refusal_id) is None:
        unit.save(refusals, refusal)
        unit.save(rounds, replace(current, refused=current.refused + 1))
    return Reply(409, RoundIsClosed(_why(current)))


def _why(current: Round) -> str:
    if current.state == "planned":
        return f"This round opens on {current.opens_on}. We will be glad to hear from you then."
    if current.reason == "full":
        return (
            "Thank you for your interest. So many people applied that this round had to close early. "
            "Please come back for the next one; you are welcome to apply again."
        )
    return "Thank you for your interest. This round has closed. You are welcome to apply in the next one."


def _repeat(request: ApplicationRequest, known: Candidate, placement: Placement, unit: UnitOfWork) -> Reply:
    """Keep a repeat for staff to see, tell the person by mail alone, and answer as if it were the first."""
    application = _application(request, known.candidate_id, placement, unit)
    unit.save(applications, replace(application, state="repeat", waitlist_place=None))
    send_link(unit, known.candidate_id)
    send_notice(unit, known.candidate_id, "already-applied")
    return Reply(201, ApplicationAnswer.of(replace(application, candidate_id=unit.new_id(CandidateId))))


def _application(
    request: ApplicationRequest, candidate_id: CandidateId, placement: Placement, unit: UnitOfWork
) -> Application:
    return Application(
        application_id=unit.new_id(ApplicationId),
        candidate_id=candidate_id,
        round_id=placement.round.round_id,
        state="applied" if placement.waitlist_place is None else "waitlisted",
        waitlist_place=placement.waitlist_place,
        applied_at=unit.now,
        channel=request.channel,
        country=request.country,
    )


async def _keep(
    request: ApplicationRequest, candidate: Candidate, fingerprint: str, unit: UnitOfWork
) -> Record:
    """Seal the contact with the person's own key, and remember whom the address belongs to."""
    vault, before = unit.using(Vault), candidate.record
    key = None
    if before is not None:
        key = await unit.get(keys, candidate.candidate_id)
    if key is None:
        key = vault.new_key(candidate.candidate_id)
        unit.save(keys, key)
    unit.save(people, Person(fingerprint=fingerprint, candidate_id=candidate.candidate_id))
    return Record(
        contact=vault.seal(key, request.contact),
        fingerprint=fingerprint,
        country=request.country,
        language=request.language,
        time_zone=request.time_zone,
        profile=request.profile,
        wants_lessons=request.wants_lessons,
        consent=request.consent,
        age_band=request.age_band,
        assessments=() if before is None else before.assessments,
    )


async def _take(current: Round, unit: UnitOfWork) -> None:
    """Take the place; the application that fills the waitlist closes the round with it."""
    if not is_full(current):
        unit.save(rounds, current)
        return
    unit.save(rounds, *closed(current, "full"))
    unit.save(recruiting, freed(await the_recruiting(unit), current))
    unit.cancel_timer(ROUND_CLOSES, current.round_id)
