"""What notifications does when a public event comes."""

from services.notifications.domain.messages import dropped, without_name
from services.notifications.domain.names import FirmName, PositionTitle
from services.notifications.domain.people import forgotten, located
from services.notifications.store import firm_names, messages, people, position_titles, the_person
from services.notifications.telling import GATHERING_DUE, store, tell, what_it_reads
from shared.events.event import Event
from shared.events.ids import PersonId
from shared.events.intake import CandidateApplied, CandidateErased, CandidateUpdated
from shared.events.matching import FirmChanged, FirmRegistered, PositionChanged, PositionOpened
from shared.events.told import TOLD_BY_EVENT
from shared.messaging.reactions import Reactions
from shared.storage.collection import Key
from shared.storage.unit import UnitOfWork
from shared.vault import keys

reactions = Reactions()
_NOTED_TOO = {CandidateApplied, FirmRegistered}
"""Events that are told, and say something to remember besides."""


@reactions.on(*(event for event in TOLD_BY_EVENT if event not in _NOTED_TOO), reads=what_it_reads)
async def tell_of(event: Event, unit: UnitOfWork) -> None:
    """Tell everybody who is to be told."""
    await tell(event, unit)


@reactions.on(CandidateApplied, reads=what_it_reads)
async def welcome_applicant(event: CandidateApplied, unit: UnitOfWork) -> None:
    """Note where a candidate lives and what they read, and confirm the application."""
    await _locate_candidate(event, unit)
    await tell(event, unit)


@reactions.on(CandidateUpdated, reads=lambda event: [people.key(event.candidate_id)])
async def locate_candidate(event: CandidateUpdated, unit: UnitOfWork) -> None:
    """Note where a candidate lives now, and what they read."""
    await _locate_candidate(event, unit)


async def _locate_candidate(event: CandidateApplied | CandidateUpdated, unit: UnitOfWork) -> None:
    await _locate(PersonId(event.candidate_id), event.language, event.time_zone, unit)


async def _locate(person_id: PersonId, language: str, time_zone: str, unit: UnitOfWork) -> None:
    person = await the_person(unit, person_id)
    sequence = unit.envelope.sequence or 0
    unit.save(people, located(person, language=language, time_zone=time_zone, sequence=sequence))


def _of_firm(event: FirmRegistered | FirmChanged) -> list[Key]:
    return [firm_names.key(event.firm_id), people.key(event.firm_id)]


@reactions.on(FirmRegistered, reads=_of_firm)
async def welcome_firm(event: FirmRegistered, unit: UnitOfWork) -> None:
    """Note what a firm is called, and welcome it."""
    await _note_firm(event, unit)
    await tell(event, unit)


@reactions.on(FirmChanged, reads=_of_firm)
async def rename_firm(event: FirmChanged, unit: UnitOfWork) -> None:
    """Note what a firm is called now."""
    await _note_firm(event, unit)


async def _note_firm(event: FirmRegistered | FirmChanged, unit: UnitOfWork) -> None:
    sequence = unit.envelope.sequence or 0
    known = await unit.get(firm_names, event.firm_id)
    if known is None or known.as_of < sequence:
        unit.save(firm_names, FirmName(firm_id=event.firm_id, name=event.name, as_of=sequence))
    await _locate(PersonId(event.firm_id), event.language, event.time_zone, unit)


def _of_position(event: PositionOpened | PositionChanged) -> list[Key]:
    return [position_titles.key(event.position_id)]


@reactions.on(PositionOpened, reads=_of_position)
async def title_position(event: PositionOpened, unit: UnitOfWork) -> None:
    """Note what a position is called."""
    await _note_title(event, unit)


@reactions.on(PositionChanged, reads=_of_position)
async def retitle_position(event: PositionChanged, unit: UnitOfWork) -> None:
    """Note what a position is called now."""
    await _note_title(event, unit)


async def _note_title(event: PositionOpened | PositionChanged, unit: UnitOfWork) -> None:
    sequence = unit.envelope.sequence or 0
    known = await unit.get(position_titles, event.position_id)
    if known is None or known.as_of < sequence:
        title = PositionTitle(position_id=event.position_id, title=event.requirements.title, as_of=sequence)
        unit.save(position_titles, title)


@reactions.on(
    CandidateErased, reads=lambda event: [people.key(event.candidate_id), keys.key(event.candidate_id)]
)
async def forget_candidate(event: CandidateErased, unit: UnitOfWork) -> None:
    """Forget a person: the key is destroyed, and whatever has not gone yet never goes."""
    person = await the_person(unit, PersonId(event.candidate_id))
    if await unit.get(keys, person.person_id) is not None:
        unit.delete(keys, person.person_id)
    for message in await unit.find(messages, recipient_id=person.person_id):
        unit.cancel_timer(GATHERING_DUE, message.message_id)
        unit.save(messages, dropped(message, unit.now))
    for message in await unit.get_many(messages, person.waiting):
        if message.recipient_id != person.person_id:
            store(unit, without_name(message, person.person_id, unit.now))
    unit.save(people, forgotten(person))
