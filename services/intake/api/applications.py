"""Applications over HTTP: the way in, and the candidate's own view of it."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Response

from services.intake.api.forms import (
    ApplicationAnswer,
    ApplicationChange,
    ApplicationRequest,
    ApplicationView,
    Contact,
    Withdrawal,
)
from services.intake.api.problems import RoundIsClosed
from services.intake.domain.applications import Application, Candidate, Person, Record, applied, updated
from services.intake.domain.rounds import Placement, Refusal, Round, closed, is_full, place
from services.intake.endings import end
from services.intake.private import send_contact, send_link, send_notice
from services.intake.store import (
    applications,
    candidates,
    people,
    refusals,
    rounds,
    the_application,
    the_candidate,
    the_recruiting,
)
from services.intake.timers import ROUND_CLOSES
from shared.events.ids import ApplicationId, CandidateId
from shared.events.intake import CandidateWithdrawn
from shared.storage.unit import UnitOfWork
from shared.vault import PersonKey, Vault, keys
from shared.web.app import router as new_router
from shared.web.idempotency import IdempotencyKey, Reply, RequestKey, hashed
from shared.web.identity import ANYONE, StaffOrCandidate
from shared.web.parts import Command, Documents, OnlyOnce, using
from shared.web.problems import (
    Conflict,
    Forbidden,
    KeyMissing,
    KeyReused,
    NotFound,
    StillAtWork,
    TooLarge,
    VersionMissing,
    VersionOutdated,
    documented,
)
from shared.web.versions import IfMatch, etag, must_match

router = new_router()
TheVault = Annotated[Vault, using(Vault)]


@router.post(
    "/applications",
    tags=["applications"],
    status_code=201,
    dependencies=[ANYONE],
    response_model=ApplicationAnswer,
    responses=documented(KeyMissing, KeyReused, RoundIsClosed, StillAtWork, TooLarge),
)
async def apply(request: ApplicationRequest, key: IdempotencyKey, once: OnlyOnce) -> Response:
    """Apply. A confirmation comes by mail, with a link to see what becomes of it.

    Whoever applies twice in a round gets the same kind of answer: nobody learns from it who has applied.
    """
    return await once.run(key, request, lambda unit: _apply(request, key, unit))


async def _apply(request: ApplicationRequest, key: RequestKey, unit: UnitOfWork) -> Reply:
    current = await _wanted(request, unit)
    if current.state != "open":
        return await _refuse(current, key, unit)
    fingerprint = unit.using(Vault).fingerprint(request.contact.email.casefold())
    person = await unit.get(people, fingerprint)
    known = None if person is None else await the_candidate(unit, person.candidate_id)
    placement = place(current)
    if known is not None and current.round_id in known.applications:
        return _repeat(request, known, placement, unit)
    candidate = known or Candidate(candidate_id=unit.new_id(CandidateId), record=None)
    application = _application(request, candidate.candidate_id, placement, unit)
    record = await _keep(request, candidate, fingerprint, unit)
    unit.save(applications, application)
    send_contact(unit, candidate.candidate_id, request.contact, record)
    send_link(unit, candidate.candidate_id)
    unit.save(candidates, *applied(candidate, record, application))
    _take(placement.round, unit)
    return _answer(application)


async def _wanted(request: ApplicationRequest, unit: UnitOfWork) -> Round:
    round_id = request.round_id or (await the_recruiting(unit)).current
    if round_id is None or (found := await unit.get(rounds, round_id)) is None:
        raise RoundIsClosed("there is no such round; see GET /rounds/current for the one that is open")
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
    return _answer(replace(application, candidate_id=unit.new_id(CandidateId)))


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
    vault = unit.using(Vault)
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
    )


def _take(current: Round, unit: UnitOfWork) -> None:
    """Take the place; the application that fills the waitlist closes the round with it."""
    if is_full(current):
        unit.save(rounds, *closed(current, "full"))
        unit.cancel_timer(ROUND_CLOSES, current.round_id)
    else:
        unit.save(rounds, current)


def _answer(application: Application) -> Reply:
    return Reply(
        201,
        ApplicationAnswer(
            application_id=application.application_id,
            candidate_id=application.candidate_id,
            state=application.state,
            waitlist_place=application.waitlist_place,
        ),
    )


@router.get("/applications/{application_id}", tags=["applications"], responses=documented(NotFound))
async def show_application(
    application_id: ApplicationId,
    caller: StaffOrCandidate,
    documents: Documents,
    response: Response,
    vault: TheVault,
) -> ApplicationView:
    """Show an application and what is known of the candidate. The ETag is for changing it."""
    application = await documents.get(applications, application_id)
    if application is None:
        raise NotFound("there is no such application")
    caller.must_be(application.candidate_id)
    found = await documents.get_with_version(candidates, application.candidate_id)
    candidate, version = found or (None, 0)
    key = await documents.get(keys, application.candidate_id)
    response.headers["ETag"] = etag(version)
    return _view(application, None if candidate is None else candidate.record, key, vault)


def _view(
    application: Application, record: Record | None, key: PersonKey | None, vault: Vault
) -> ApplicationView:
    view = ApplicationView(
        **{name: getattr(application, name) for name in Application.__slots__ if name != "country"}
    )
    if record is None or key is None:
        return view
    return view.model_copy(
        update={
            "contact": vault.open(key, record.contact, Contact),
            "country": record.country,
            "language": record.language,
            "time_zone": record.time_zone,
            "profile": record.profile,
            "wants_lessons": record.wants_lessons,
        }
    )


@router.patch(
    "/applications/{application_id}",
    tags=["applications"],
    responses=documented(NotFound, Conflict, VersionMissing, VersionOutdated),
)
async def change_application(
    application_id: ApplicationId,
    change: ApplicationChange,
    caller: StaffOrCandidate,
    version: IfMatch,
    command: Command,
    response: Response,
    vault: TheVault,
) -> ApplicationView:
    """Change what is known of the candidate; what is absent stays as it is."""

    async def make(unit: UnitOfWork) -> Changed:
        application = await the_application(unit, application_id)
        caller.must_be(application.candidate_id)
        candidate = await the_candidate(unit, application.candidate_id)
        before = await unit.version(candidates, candidate.candidate_id)
        must_match(version, before)
        if candidate.record is None:
            raise Conflict("this candidate was erased")
        record, key = await _change(change, candidate, candidate.record, unit)
        return Changed(application, record, key, before + 1)

    changed = await command(make)
    response.headers["ETag"] = etag(changed.version)
    return _view(changed.application, changed.record, changed.key, vault)


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change has led to."""

    application: Application
    record: Record
    key: PersonKey
    version: int


async def _change(
    change: ApplicationChange, candidate: Candidate, record: Record, unit: UnitOfWork
) -> tuple[Record, PersonKey]:
    vault = unit.using(Vault)
    key = await unit.get(keys, candidate.candidate_id)
    if key is None:
        raise Conflict("this candidate was erased")
    before = vault.open(key, record.contact, Contact)
    contact = change.contact or before
    if contact.email.casefold() != before.email.casefold():
        raise Forbidden("the e-mail address says who you are; it cannot be changed here")
    record = _merged(record, change, vault.seal(key, contact))
    candidate, event = updated(candidate, record)
    send_contact(unit, candidate.candidate_id, contact, record)
    unit.save(candidates, candidate, *([] if event is None else [event]))
    return record, key


def _merged(record: Record, change: ApplicationChange, contact: str) -> Record:
    return replace(
        record,
        contact=contact,
        country=change.country or record.country,
        language=change.language or record.language,
        time_zone=change.time_zone or record.time_zone,
        profile=change.profile or record.profile,
        wants_lessons=record.wants_lessons if change.wants_lessons is None else change.wants_lessons,
    )


@router.post(
    "/applications/{application_id}/withdrawal",
    tags=["applications"],
    responses=documented(NotFound, Conflict),
)
async def withdraw(
    application_id: ApplicationId, request: Withdrawal, caller: StaffOrCandidate, command: Command
) -> ApplicationAnswer:
    """Withdraw an application, which ends it. Whatever was held for it is free again."""

    async def make(unit: UnitOfWork) -> Application:
        application = await the_application(unit, application_id)
        caller.must_be(application.candidate_id)
        event = CandidateWithdrawn(
            candidate_id=application.candidate_id, application_id=application_id, reason=request.reason
        )
        return await end(unit, application, "withdrawn", event)

    return shown(await command(make))


def shown(application: Application) -> ApplicationAnswer:
    """Show an application's state."""
    return ApplicationAnswer(
        application_id=application.application_id,
        candidate_id=application.candidate_id,
        state=application.state,
        waitlist_place=application.waitlist_place,
    )
