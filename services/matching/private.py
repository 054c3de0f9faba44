"""What matching tells notifications in private: how to reach a firm."""

from services.matching.domain.firms import Firm
from services.matching.store import firms
from shared.events import private
from shared.events.ids import PersonId
from shared.resending import sealed_contacts
from shared.sealing import Sealer
from shared.storage.unit import UnitOfWork
from shared.web.contacts import Contact


def sealed(unit: UnitOfWork, firm: Firm, contact: Contact) -> str:
    """Seal how to reach a firm for notifications alone. Messages go to the company under its own name."""
    message = private.Contact(
        person_id=PersonId(firm.firm_id),
        role="firm",
        name=firm.name,
        addresses=contact.addresses,
        language=firm.language,
        time_zone=firm.time_zone,
    )
    return unit.using(Sealer).seal(message)


def send_contact(unit: UnitOfWork, firm: Firm) -> None:
    """Tell notifications how to reach a firm. Stands before the firm's next event."""
    unit.send_private(firms, firm.firm_id, firm.sealed_contact)


contacts = sealed_contacts(firms)
