"""What intake tells notifications in private: whom to write to, links, and what has no public event."""

from services.intake.domain.applications import Record
from services.intake.domain.links import LIVES, Link
from services.intake.store import candidates, links
from services.intake.tokens import Tokens, real_now
from shared.events import private
from shared.events.ids import CandidateId, NoticeId, PersonId
from shared.events.told import NoticeTemplate
from shared.resending import Contacts
from shared.sealing import Sealer
from shared.storage.unit import UnitOfWork
from shared.vault import Vault, keys
from shared.web.contacts import Contact
from shared.web.idempotency import hashed


def send_contact(unit: UnitOfWork, candidate_id: CandidateId, contact: Contact, record: Record) -> None:
    """Tell notifications how to reach a candidate. Stands before the candidate's next event."""
    message = private.Contact(
        person_id=PersonId(candidate_id),
        role="candidate",
        name=contact.name,
        addresses=contact.addresses,
        language=record.language,
        time_zone=record.time_zone,
    )
    unit.send_private(candidates, candidate_id, unit.using(Sealer).seal(message))


async def send_contact_again(candidate_id: str, unit: UnitOfWork) -> bool:
    """Tell notifications once more how to reach a candidate, unless nothing is known of them any more."""
    candidate = await unit.get(candidates, candidate_id)
    key = await unit.get(keys, candidate_id)
    if candidate is None or candidate.record is None or key is None:
        return False
    contact = unit.using(Vault).open(key, candidate.record.contact, Contact)
    send_contact(unit, candidate.candidate_id, contact, candidate.record)
    return True


contacts = Contacts(candidates, send_contact_again)


def send_link(unit: UnitOfWork, candidate_id: CandidateId) -> None:
    """Make a single-use code and give it to notifications; only a hash of it stays here."""
    code = unit.using(Tokens).new_code()
    unit.save(links, Link(code_hash=hashed(code), candidate_id=candidate_id, expires_at=real_now() + LIVES))
    message = private.LinkCode(person_id=PersonId(candidate_id), code=code)
    unit.send_private(candidates, candidate_id, unit.using(Sealer).seal(message))


def send_notice(unit: UnitOfWork, candidate_id: CandidateId, template: NoticeTemplate) -> None:
    """Have notifications send a message for which there is no public event."""
    message = private.Notice(
        notice_id=unit.new_id(NoticeId), template=template, person_id=PersonId(candidate_id)
    )
    unit.send_private(candidates, candidate_id, unit.using(Sealer).seal(message))
