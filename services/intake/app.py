"""Where intake's parts are wired together."""

from pathlib import Path

from services.intake.api import ROUTERS
from services.intake.reactions import reactions
from services.intake.store import COLLECTIONS
from services.intake.timers import timers
from services.intake.tokens import Tokens
from shared.publishers import EVERY, PublisherName, Publishers
from shared.sealing import Sealer
from shared.service import Parts
from shared.settings import Settings
from shared.vault import Vault


class IntakeSettings(Settings):
    """What intake reads from its environment beside what all services do."""

    database: str = "intake"
    port: int = 8001
    signing_key_file: Path
    """A private key (PEM: Ed25519 or RSA), which signs candidates' tokens."""
    notifications_public_key_file: Path
    """Notifications' public key (JWK), with which private messages are sealed."""
    master_key_file: Path
    """32 random bytes in base64, with which candidates' own keys are wrapped."""
    assessment_publishers: tuple[PublisherName, ...] = ()
    """Which publishers outside may say what candidates' skills are worth."""


def build() -> Parts:
    """Put intake together."""
    settings = IntakeSettings()  # from the environment
    return Parts(
        name="intake",
        description="Rounds, applications, screening, and the candidate's record: who applied.",
        settings=settings,
        collections=COLLECTIONS,
        routers=ROUTERS,
        reactions=reactions,
        timers=timers,
        tools=(
            Tokens(settings.signing_key_file),
            Sealer(settings.notifications_public_key_file),
            Vault(settings.master_key_file),
            Publishers("ASSESSMENT_PUBLISHERS", dict.fromkeys(settings.assessment_publishers, (EVERY,))),
        ),
    )
