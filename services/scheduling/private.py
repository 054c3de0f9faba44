"""What scheduling tells notifications in private: how to reach a teacher, or an interpreter."""

from services.scheduling.domain.interpreters import Interpreter
from services.scheduling.domain.lessons import Teacher
from services.scheduling.store import interpreters, teachers
from shared.events import private
from shared.resending import Contacts
from shared.sealing import Sealer
from shared.storage.unit import UnitOfWork


def sealed(unit: UnitOfWork, contact: private.Contact) -> str:
    """Seal a contact, so that notifications alone can read it."""
    return unit.using(Sealer).seal(contact)


def send_contact(unit: UnitOfWork, teacher: Teacher) -> None:
    """Tell notifications how to reach a teacher. Stands before the teacher's first lesson."""
    unit.send_private(teachers, teacher.teacher_id, teacher.sealed_contact)


def send_interpreters_contact(unit: UnitOfWork, interpreter: Interpreter) -> None:
    """Tell notifications how to reach an interpreter. Stands before the interpreter's first interview."""
    unit.send_private(interpreters, interpreter.interpreter_id, interpreter.sealed_contact)


async def send_contact_again(teacher_id: str, unit: UnitOfWork) -> bool:
    """Tell notifications once more how to reach a teacher."""
    teacher = await unit.get(teachers, teacher_id)
    if teacher is None:
        return False
    send_contact(unit, teacher)
    return True


async def send_interpreters_contact_again(interpreter_id: str, unit: UnitOfWork) -> bool:
    """Tell notifications once more how to reach an interpreter."""
    interpreter = await unit.get(interpreters, interpreter_id)
    if interpreter is None:
        return False
    send_interpreters_contact(unit, interpreter)
    return True


contacts = (Contacts(teachers, send_contact_again), Contacts(interpreters, send_interpreters_contact_again))
