"""For which firm a caller speaks."""

from shared.events.ids import FirmId
from shared.web.identity import Caller, Role


def speaks_for(caller: Caller, firm_id: FirmId) -> bool:
    """Say whether the caller is this firm."""
    return Role.FIRM in caller.roles and firm_id in {caller.firm_id, caller.person_id}
