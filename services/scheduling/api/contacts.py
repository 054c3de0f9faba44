"""How to reach somebody, as a caller types it in: sealed at once, and kept in no other way."""

from typing import Literal

from services.scheduling.api.forms import InterpreterRequest, TeacherRequest
from shared.events import private
from shared.events.ids import InterpreterId, PersonId, TeacherId
from shared.sealing import Sealer
from shared.storage.unit import UnitOfWork


def sealed_contact(
    unit: UnitOfWork,
    person_id: TeacherId | InterpreterId,
    role: Literal["teacher", "interpreter"],
    request: TeacherRequest | InterpreterRequest,
) -> str:
    """Seal how to reach somebody, so that notifications alone can read it."""
    contact = private.Contact(
        person_id=PersonId(person_id),
        role=role,
        name=request.name,
        addresses=request.contact.addresses,
        language=request.language,
        time_zone=request.time_zone,
    )
    return unit.using(Sealer).seal(contact)
