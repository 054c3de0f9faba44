"""A person's export over HTTP: all that intake holds about them, for them to keep or to take elsewhere."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Response

from services.intake.domain.applications import Application, ApplicationState, Candidate, Record
from services.intake.domain.links import Link
from services.intake.store import applications, candidates, links
from shared.events.ids import ApplicationId, AssessmentId, CandidateId, RoundId
from shared.events.profile import Profile, Skill
from shared.events.vocabulary import AgeBand, Channel
from shared.vault import PersonKey, Vault, keys
from shared.web import headers
from shared.web.app import router as new_router
from shared.web.contacts import Contact
from shared.web.identity import StaffOrCandidate
from shared.web.lookup import existing
from shared.web.parts import Documents, using
from shared.web.problems import NotFound, Responses, documented
from shared.web.views import View

router = new_router()
TheVault = Annotated[Vault, using(Vault)]
NEVER_KEPT: Responses = {
    200: {"headers": headers.described(headers.CACHE_CONTROL, headers.CONTENT_DISPOSITION)}
}


class ExportedApplication(View):
    """An application as it is kept; a second one in the same round is a `repeat`."""

    application_id: ApplicationId
    round_id: RoundId
    state: ApplicationState
    """Where it stands."""
    applied_at: datetime
    """When it came."""
    channel: Channel
    """Where the applicant heard of the programme."""
    country: str | None = None
    """Of residence, on the day of the application."""
    waitlist_place: int | None = None
    """The place on the waitlist, counted from 1."""
    reason: str | None = None
    """Why it was declined or withdrawn."""


class ExportedAssessment(View):
    """What a testing service said."""

    publisher: str
    """Which testing service it was."""
    assessment_id: AssessmentId
    assessed_at: datetime
    """When it said so."""
    skills: tuple[Skill, ...]
    """The skills that it confirmed or corrected."""


class ExportedLink(View):
    """A link that was sent by mail. Its code is not kept, but for a hash."""

    expires_at: datetime
    """Until when it can be used."""
    used_at: datetime | None = None
    """When it was used; absent: it was not."""


class ExportedRecord(View):
    """What is known of a person now."""

    contact: Contact
    """How to reach the person."""
    country: str
    """The country of residence (ISO 3166-1 alpha-2)."""
    language: str
    """The language to be written to in (BCP 47)."""
    time_zone: str
    """The person's time zone (IANA)."""
    profile: Profile
    """What the person can do and wants."""
    wants_lessons: bool
    """Whether the person wants Japanese lessons before the move."""
    age_band: AgeBand | None = None
    """For figures alone; absent: not said."""
    consent: str
    """The version of the privacy notice that was agreed to."""
    assessments: tuple[ExportedAssessment, ...]
    """What testing services said."""

    @classmethod
    def of(cls, record: Record, contact: Contact) -> Self:
        """Show a record, with the contact opened."""
        assessed = tuple(ExportedAssessment.showing(one) for one in record.assessments)
        return cls.showing(record, contact=contact, assessments=assessed)


class Export(View):
    """All that intake holds about a person.

    Hashes and sealed keys, which say nothing, are left out, and so are the events that were published, which say no more.
    """

    candidate_id: CandidateId
    record: ExportedRecord | None = None
    """Absent where the person was erased."""
    applications: tuple[ExportedApplication, ...]
    """The first one first."""
    links: tuple[ExportedLink, ...]
    """Of the last days; older ones are gone."""

    @classmethod
    def of(
        cls,
        candidate: Candidate,
        contact: Contact | None,
        applied: list[Application],
        sent: list[Link],
    ) -> Self:
        """Put together what is held."""
        record = candidate.record
        return cls(
            candidate_id=candidate.candidate_id,
            record=None if record is None or contact is None else ExportedRecord.of(record, contact),
            applications=tuple(
                ExportedApplication.showing(one) for one in sorted(applied, key=lambda one: one.applied_at)
            ),
            links=tuple(ExportedLink.showing(one) for one in sorted(sent, key=lambda one: one.expires_at)),
        )


@router.get(
    "/candidates/{candidate_id}/export", tags=["candidates"], responses=documented(NotFound) | NEVER_KEPT
)
async def export_candidate(
    candidate_id: CandidateId,
    caller: StaffOrCandidate,
    documents: Documents,
    vault: TheVault,
    response: Response,
) -> Export:
    """Return all that intake holds about a person: the record, every application, assessments, links.

    Of who was erased that is the ids and states of their applications alone.
    """
    caller.must_be(candidate_id)
    candidate = await existing(documents, candidates, candidate_id, "candidate")
    key = await documents.get(keys, candidate_id)
    response.headers[headers.CACHE_CONTROL] = "no-store"
    response.headers[headers.CONTENT_DISPOSITION] = f'attachment; filename="{candidate_id}.json"'
    return Export.of(
        candidate,
        _contact(candidate, key, vault),
        await documents.find(applications, candidate_id=candidate_id),
        await documents.find(links, candidate_id=candidate_id),
    )


def _contact(candidate: Candidate, key: PersonKey | None, vault: Vault) -> Contact | None:
    if candidate.record is None or key is None:
        return None
    return vault.open(key, candidate.record.contact, Contact)
