"""One valid example of each event; together they tell the story of one candidate."""

from collections.abc import Mapping
from typing import Final

from shared.events.event import Event
from shared.events.examples.intake import INTAKE
from shared.events.examples.matching import MATCHING
from shared.events.examples.moves import MOVES
from shared.events.examples.others import EXTERNAL, NOTIFICATIONS
from shared.events.examples.visits import VISITS

EXAMPLES: Final[Mapping[type[Event], Event]] = {
    type(event): event for event in (*INTAKE, *MATCHING, *VISITS, *MOVES, *NOTIFICATIONS, *EXTERNAL)
}
"""The example of each class of events."""
