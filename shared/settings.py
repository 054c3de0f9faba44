"""What a process reads from its environment, and nowhere else."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.storage.client import DEAD_AFTER

DAY = 24 * 60 * 60
Seconds = Annotated[float, Field(gt=0)]


class BackboneSettings(BaseSettings):
    """Where the broker and the database are, and which queues there are: the same for all services and commands.

    Each field is read from the environment variable of the same name in capitals. What is missing or
    wrong is refused at start, by name.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    amqp_url: str = "amqp://guest:guest@127.0.0.1:5672/"
    mongo_url: str = "mongodb://127.0.0.1:27017/?replicaSet=rs0"
    retry_delays: tuple[Seconds, ...] = (5, 60, 600)
    """Seconds before each new try of an event whose reaction failed; then it is parked."""
    not_yet_delays: tuple[Seconds, ...] = (1,) * 5 + (5, 60) + (600,) * 144
    """Seconds before each new try of an event that came before what it depends on; then it is parked."""
    history_days: int = Field(default=365, ge=1)
    """For how many days the history stream keeps events."""

    @property
    def delays(self) -> frozenset[float]:
        """Every delay for which there is a retry queue."""
        return frozenset({*self.retry_delays, *self.not_yet_delays})


class Settings(BackboneSettings):
    """The settings that all services share; a service adds its own in its ``app.py``."""

    database: str
    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)

    local_run: bool = False
    """A run on one machine, whose clock may be moved."""
    clock_database: str = "clock"
    programme_time_zone: str = "Asia/Tokyo"

    auth_issuer: str
    """The OpenID Connect issuer whose tokens are accepted, as it writes itself in ``iss``."""
    auth_jwks_url: str
    """Where that issuer's keys are: an ``https``, ``http`` or ``file`` URL."""
    auth_audience: str | None = None
    auth_roles_claim: str = "roles"
    auth_firm_claim: str = "firm_id"
    candidate_jwks_url: str
    """Where intake's own keys are; they are trusted for the role ``candidate`` alone."""

    cors_origins: tuple[str, ...] = ()
    log_level: str = "INFO"
    log_format: str = "json"

    batch_size: int = Field(default=100, ge=1, le=1000)
    """How many messages, commands or timers share one transaction at the most: those that have gathered while the
    last ones were at work. None waits for more."""
    prefetch: int = Field(default=200, ge=1)
    publish_timeout: Seconds = 10
    lease_seconds: Seconds = 10
    poll_seconds: Seconds = 1
    """How often the outbox, the timers and the outgoing work are looked at although nobody woke them."""
    outgoing_delays: tuple[Seconds, ...] = (5, 60, 600, 3600, 4 * 3600, 12 * 3600)
    """Seconds before each new try of work for the world outside; then it is given up, and said so."""
    outgoing_claim_seconds: Seconds = 60
    """How long a process may hold such a piece of work before another takes it over; half of it is the limit.

    Longer than a database can hang before its client notices, or two would do it."""
    outgoing_at_once: int = Field(default=8, ge=1)
    storage_timeout: Seconds = 4
    """Seconds for which the database may be away before a caller is told so."""
    shutdown_seconds: Seconds = 20

    inbox_days: int = Field(default=400, ge=1)

    @model_validator(mode="after")
    def _inbox_outlives_history(self) -> Self:
        if self.inbox_days <= self.history_days:
            raise ValueError(
                f"INBOX_DAYS ({self.inbox_days}) must be more than HISTORY_DAYS ({self.history_days}): "
                "an event that the history still holds would be taken for a new one"
            )
        return self

    @model_validator(mode="after")
    def _claim_outlasts_hanging(self) -> Self:
        hanging = self.storage_timeout * DEAD_AFTER
        if self.outgoing_claim_seconds <= hanging:
            raise ValueError(
                f"OUTGOING_CLAIM_SECONDS ({self.outgoing_claim_seconds:g}) must be more than {hanging:g}, which is "
                f"{DEAD_AFTER} times STORAGE_TIMEOUT: whoever waits so long for a dead connection would lose its claim"
            )
        return self

    @model_validator(mode="after")
    def _batch_fits_prefetch(self) -> Self:
        if self.prefetch < self.batch_size:
            raise ValueError(
                f"PREFETCH ({self.prefetch}) must not be below BATCH_SIZE ({self.batch_size}): "
                "a batch could never fill"
            )
        return self
