"""What scheduling tells notifications in private: how to reach a teacher."""

from services.scheduling.domain.lessons import Teacher
from services.scheduling.store import teachers
from shared.events import private
from shared.resending import Contacts
from shared.sealing import Sealer
from shared.storage.unit import UnitOfWork


def sealed(unit: UnitOfWork, contact: private.Contact) -> str:
    """Seal a teacher's contact, so that notifications alone can read it."""
    return unit.using(Sealer).seal(contact)


def send_contact(unit: UnitOfWork, teacher: Teacher) -> None:
    """Tell notifications how to reach a teacher. Stands before the teacher's first lesson."""
    unit.send_private(teachers, teacher.teacher_id, teacher.sealed_contact)


async def send_contact_again(teacher_id: str, unit: UnitOfWork) -> bool:
    """Tell notifications once more how to reach a teacher."""
    teacher = await unit.get(teachers, teacher_id)
    if teacher is None:
        return False
    send_contact(unit, teacher)
    return True


contacts = Contacts(teachers, send_contact_again)
