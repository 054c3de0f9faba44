"""What scheduling tells notifications in private: how to reach a teacher, or an interpreter."""

from services.scheduling.store import interpreters, teachers
from shared.resending import sealed_contacts

contacts = (sealed_contacts(teachers), sealed_contacts(interpreters))
