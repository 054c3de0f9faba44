"""Applications over HTTP, as the candidate sees them; applying.py is the way in."""

from dataclasses import dataclass, replace
from typing import Annotated

from services.intake.api.forms import (
    ApplicationAnswer,
    ApplicationChange,
    ApplicationView,
    Withdrawal,
)
from services.intake.domain.applications import Application, Candidate, Record, updated
from services.intake.endings import end
from services.intake.private import send_contact
from services.intake.store import applications, candidates, the_application, the_candidate
from shared.events.ids import ApplicationId
from shared.events.intake import CandidateWithdrawn
from shared.storage.unit import UnitOfWork
from shared.vault import PersonKey, Vault, keys
from shared.web.app import router as new_router
from shared.web.contacts import Contact
from shared.web.identity import StaffOrCandidate
from shared.web.lookup import existing
from shared.web.parts import Command, Documents, using
from shared.web.problems import Conflict, FieldError, Invalid, NotFound, documented
from shared.web.versions import ETag, IfMatch, must_match

router = new_router()
TheVault = Annotated[Vault, using(Vault)]
OF_RECORD = ("country", "language", "time_zone", "profile", "wants_lessons")
"""What is shown of the candidate beside the contact, as it is now."""


@router.get("/applications/{application_id}", tags=["applications"], responses=documented(NotFound))
async def show_application(
    application_id: ApplicationId,
    caller: StaffOrCandidate,
    documents: Documents,
    etag: ETag,
    vault: TheVault,
) -> ApplicationView:
    """Show an application and what is known of the candidate. The ETag is for changing it."""
    application = await existing(documents, applications, application_id, "application")
    caller.must_be(application.candidate_id)
    found = await documents.get_with_version(candidates, application.candidate_id)
    candidate, version = found or (None, 0)
    key = await documents.get(keys, application.candidate_id)
    etag(version)
    return _view(application, None if candidate is None else candidate.record, key, vault)


def _view(
    application: Application, record: Record | None, key: PersonKey | None, vault: Vault
) -> ApplicationView:
    if record is None or key is None:
        return ApplicationView.showing(application, contact=None, **dict.fromkeys(OF_RECORD))
    known = {name: getattr(record, name) for name in OF_RECORD}
    return ApplicationView.showing(application, contact=vault.open(key, record.contact, Contact), **known)


@router.patch(
    "/applications/{application_id}",
    tags=["applications"],
    responses=documented(NotFound, Conflict),
)
async def change_application(
    application_id: ApplicationId,
    change: ApplicationChange,
    caller: StaffOrCandidate,
    version: IfMatch,
    command: Command,
    etag: ETag,
    vault: TheVault,
) -> ApplicationView:
    """Change what is known of the candidate; what is absent stays as it is."""

    async def make(unit: UnitOfWork) -> Changed:
        application = await the_application(unit, application_id)
        caller.must_be(application.candidate_id)
        candidate = await the_candidate(unit, application.candidate_id)
        before = await unit.version(candidates, candidate.candidate_id)
        must_match(version, before)
        record, key = await _change(change, candidate, unit)
        return Changed(application, record, key, before if record == candidate.record else before + 1)

    changed = await command(make)
    etag(changed.version)
    return _view(changed.application, changed.record, changed.key, vault)


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change has led to."""

    application: Application
    record: Record
    key: PersonKey
    version: int


async def _change(
    change: ApplicationChange, candidate: Candidate, unit: UnitOfWork
) -> tuple[Record, PersonKey]:
    """Change the record; where nothing is different, nothing is stored, said or sent."""
    vault, before = unit.using(Vault), candidate.record
    key = await unit.get(keys, candidate.candidate_id)
    if before is None or key is None:
        raise Conflict("this candidate was erased")
    known = vault.open(key, before.contact, Contact)
    contact = change.contact or known
    _require_same_person(contact, known)
    record = _merged(before, change, before.contact if contact == known else vault.seal(key, contact))
    if record == before:
        return before, key
    candidate, event = updated(candidate, record)
    if (contact, record.language, record.time_zone) != (known, before.language, before.time_zone):
        send_contact(unit, candidate.candidate_id, contact, record)
    unit.save(candidates, candidate, *([] if event is None else [event]))
    return record, key


def _require_same_person(contact: Contact, known: Contact) -> None:
    if contact.email.casefold() != known.email.casefold():
        message = "The e-mail address says who you are; it cannot be changed here"
        raise Invalid(errors=[FieldError(where="body.contact.email", message=message, code="email-fixed")])


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

    return ApplicationAnswer.of(await command(make))
