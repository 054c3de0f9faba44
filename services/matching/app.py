"""Where matching's parts are wired together."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field

from services.matching.api import ROUTERS
from services.matching.domain.rules import Rules
from services.matching.reactions import reactions
from services.matching.store import COLLECTIONS
from services.matching.timers import timers
from shared.events.ids import FirmId
from shared.publishers import PublisherName, Publishers
from shared.sealing import Sealer
from shared.service import Parts
from shared.settings import Settings


class MatchingSettings(Settings):
    """What matching reads from its environment beside what all services do."""

    database: str = "matching"
    port: int = 8002
    notifications_public_key_file: Path
    """Notifications' public key (JWK), with which private messages are sealed."""
    proposals_per_candidate: int = Field(default=20, ge=1, le=1000)
    """To how many open positions, the best ones, a candidate is proposed."""
    proposals_floor: float = Field(default=0.5, ge=0, le=1)
    """The lowest score that is proposed."""
    pairs_per_candidate: int = Field(default=5, ge=1, le=100)
    """How many interviews an assignment plans for one candidate at the most."""
    longest_offer_days: int = Field(default=60, ge=1, le=365)
    """How many days ahead an offer may expire."""
    position_publishers: dict[PublisherName, tuple[FirmId | Literal["*"], ...]] = Field(default_factory=dict)
    """Which publishers outside may ask for positions, and of which firms; `*`: of every firm."""

    def rules(self) -> Rules:
        """Return the figures that matching goes by."""
        return Rules(
            proposals_per_candidate=self.proposals_per_candidate,
            proposals_floor=self.proposals_floor,
            pairs_per_candidate=self.pairs_per_candidate,
            longest_offer=timedelta(days=self.longest_offer_days),
        )


def build() -> Parts:
    """Put matching together."""
    settings = MatchingSettings()
    return Parts(
        name="matching",
        description="Firms, positions, matches and offers: who suits whom.",
        settings=settings,
        collections=COLLECTIONS,
        routers=ROUTERS,
        reactions=reactions,
        timers=timers,
        tools=(
            Sealer(settings.notifications_public_key_file),
            Publishers("POSITION_PUBLISHERS", settings.position_publishers),
            settings.rules(),
        ),
    )
