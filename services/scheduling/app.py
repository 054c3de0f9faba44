"""Where scheduling's parts are wired together."""

from pathlib import Path

from pydantic import Field

from services.scheduling.api import ROUTERS
from services.scheduling.domain.rules import Rules
from services.scheduling.reactions import reactions
from services.scheduling.store import COLLECTIONS
from services.scheduling.timers import timers
from shared.publishers import EVERY, PublisherName, Publishers
from shared.sealing import Sealer
from shared.service import Parts
from shared.settings import Settings


class SchedulingSettings(Settings):
    """What scheduling reads from its environment beside what all services do."""

    database: str = "scheduling"
    port: int = 8003
    notifications_public_key_file: Path
    """Notifications' public key (JWK), with which teachers' contacts are sealed."""
    seat_offer_days: int = Field(default=7, ge=1, le=60)
    """For how many days an offered seat is held."""
    reminder_days: int = Field(default=7, ge=1, le=60)
    """How many days before its last one a step is said to be due."""
    lesson_weeks: int = Field(default=26, ge=1, le=26)
    """For how many weeks lessons are planned, at the most."""
    interviews_a_day: int = Field(default=3, ge=1, le=6)
    """How many interviews a candidate has on one day, at the most."""
    lesson_publishers: tuple[PublisherName, ...] = ()
    """Which publishers outside may say who was at a lesson."""

    @property
    def rules(self) -> Rules:
        """The programme's rules, as these settings have them."""
        return Rules(
            seat_offer_days=self.seat_offer_days,
            reminder_days=self.reminder_days,
            lesson_weeks=self.lesson_weeks,
            interviews_a_day=self.interviews_a_day,
        )


def build() -> Parts:
    """Put scheduling together."""
    settings = SchedulingSettings()
    return Parts(
        name="scheduling",
        description="Visits, interviews, showcases, lessons, relocation: what happens when.",
        settings=settings,
        collections=COLLECTIONS,
        routers=ROUTERS,
        reactions=reactions,
        timers=timers,
        tools=(
            settings.rules,
            Sealer(settings.notifications_public_key_file),
            Publishers("LESSON_PUBLISHERS", dict.fromkeys(settings.lesson_publishers, (EVERY,))),
        ),
    )
