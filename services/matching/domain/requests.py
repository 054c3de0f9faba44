"""Requests from outside: a firm's own system asks for a position."""

from dataclasses import dataclass

from shared.events.external import PositionRequested
from shared.events.ids import FirmId, PositionId
from shared.events.profile import Requirements


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A request that opened a position, as it came: the same again opens no second one."""

    request_key: str
    """The publisher's source and its own id of the request: two publishers may give the same id."""
    firm_id: FirmId
    requirements: Requirements
    position_id: PositionId


def is_same(request: Request, event: PositionRequested) -> bool:
    """Say whether an event is this request again, and not another under its id."""
    return (request.firm_id, request.requirements) == (event.firm_id, event.requirements)
