"""Where notifications' parts are wired together."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Literal, Self

from aiosmtplib import SMTP
from pydantic import AnyHttpUrl, EmailStr, Field, SecretStr, model_validator

from services.notifications.api import ROUTERS
from services.notifications.letters import Sender
from services.notifications.postbox import Postbox
from services.notifications.reactions import private_reactions, reactions
from services.notifications.sending import Mailing
from services.notifications.staff import StaffList, StaffMember
from services.notifications.store import COLLECTIONS, count_waiting
from services.notifications.telling import MAIL
from services.notifications.timers import timers
from services.notifications.webhooks.calling import Caller
from services.notifications.webhooks.delivering import Delivering
from services.notifications.webhooks.following import Following
from services.notifications.webhooks.lanes import WEBHOOK
from services.notifications.webhooks.signing import Secrets
from services.notifications.webhooks.walls import Walls
from services.notifications.writing import Letterhead, Writer
from shared.outgoing import Errand, OutgoingLoop
from shared.sealing import Unsealer
from shared.service import Companion, Parts, Process
from shared.settings import DAY, Seconds, Settings
from shared.storage.lease import Lease
from shared.vault import Vault


class NotificationsSettings(Settings):
    """What notifications reads from its environment beside what all services do."""

    database: str = "notifications"
    port: int = Field(default=8004, ge=0, le=65535)
    private_key_file: Path
    """Its private key (PEM or JWK), for which private messages are sealed."""
    master_key_file: Path
    """32 random bytes in base64, with which each person's own key is wrapped."""

    smtp_host: str
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: Literal["if-offered", "starttls", "tls", "none"] = "if-offered"
    """`starttls` and `tls` (from the first byte) refuse a server that cannot; certificates are checked."""
    smtp_timeout: Seconds = 10
    """Seconds that any answer of the mail server may take."""
    mail_from: EmailStr
    reply_to: EmailStr | None = None
    """Where answers go; absent: to `MAIL_FROM`."""
    mail_domain: str | None = None
    """Of Message-IDs; absent: that of `MAIL_FROM`."""

    notifications_url: AnyHttpUrl | None = None
    """Where this service is reached from outside (behind a gateway `https://…/api/notifications`): mails that may
    be switched off say so in their headers. Absent: they do not."""
    programme_name: str = "Enmusubi Izumo"
    frontend_url: AnyHttpUrl
    """Where people see their state; `#` and a code make it a candidate's link."""
    staff: tuple[StaffMember, ...] = ()
    """Who gets staff's messages, and where: a JSON list."""

    webhook_delays: tuple[Seconds, ...] = (5, 60, 300, 900) + (3600,) * 24
    """Seconds before each new try of a delivery, a day in all; then the next one of its subject goes."""
    webhook_patience: Seconds = DAY
    """Seconds without any success after which a webhook is switched off; no more than all delays together."""
    webhook_timeout: Seconds = 10
    """Seconds that a receiver may take."""
    webhook_at_once: int = Field(default=16, ge=1)
    """How many deliveries go at once; a quarter of them to the same webhook."""
    webhook_plain_http: bool = False
    """Whether URLs may be http."""
    webhook_private_addresses: bool = False
    """Whether URLs may lead to private, loopback and other addresses that are not public."""

    @model_validator(mode="after")
    def _webhooks_are_switched_off(self) -> Self:
        tried = sum(self.webhook_delays)
        if self.webhook_patience > tried:
            raise ValueError(
                f"WEBHOOK_PATIENCE ({self.webhook_patience:g}) must not be more than {tried:g}, which is what "
                "WEBHOOK_DELAYS come to: a webhook that gets one event would never be switched off"
            )
        return self

    @property
    def walls(self) -> Walls:
        """Where webhooks may lead."""
        return Walls(plain_http=self.webhook_plain_http, private_addresses=self.webhook_private_addresses)

    @property
    def sender(self) -> Sender:
        """From whom mail comes."""
        return Sender(
            name=self.programme_name,
            address=self.mail_from,
            reply_to=self.reply_to or self.mail_from,
            domain=self.mail_domain or self.mail_from.rpartition("@")[2],
        )

    def new_connection(self) -> SMTP:
        """Make a connection to the mail server, not yet open."""
        password = self.smtp_password
        return SMTP(
            hostname=self.smtp_host,
            port=self.smtp_port,
            username=self.smtp_user,
            password=None if password is None else password.get_secret_value(),
            use_tls=self.smtp_tls == "tls",
            start_tls={"starttls": True, "if-offered": None}.get(self.smtp_tls, False),
            timeout=self.smtp_timeout,
        )


def build() -> Parts:
    """Put notifications together."""
    settings = NotificationsSettings()
    staff, vault = StaffList(settings.staff), Vault(settings.master_key_file)
    letterhead = Letterhead(
        programme=settings.programme_name,
        frontend_url=str(settings.frontend_url),
        time_zone=settings.programme_time_zone,
        public_url=None
        if settings.notifications_url is None
        else str(settings.notifications_url).rstrip("/"),
    )
    writer, secrets = Writer(vault, staff, letterhead), Secrets(vault)
    return Parts(
        name="notifications",
        description="Messages to candidates, firms, teachers and staff: what was said.",
        settings=settings,
        collections=COLLECTIONS,
        routers=ROUTERS,
        reactions=reactions,
        private_reactions=private_reactions,
        opener=Unsealer(settings.private_key_file),
        timers=timers,
        errands=partial(_errands, settings, writer),
        companions=partial(_webhooks, settings, secrets),
        count_waiting=count_waiting,
        tools=(staff, vault, writer, secrets, settings.walls),
    )


def _errands(settings: NotificationsSettings, writer: Writer, process: Process) -> dict[str, Errand]:
    postbox = Postbox(settings.new_connection)
    return {MAIL: Mailing(process.documents, writer, postbox, settings.sender, process.clock)}


def _webhooks(settings: NotificationsSettings, secrets: Secrets, process: Process) -> Sequence[Companion]:
    """Return who reads the history for webhooks, and who delivers: apart from mail, so neither waits for the other."""
    lease = Lease(process.store, "webhooks", process.owner, settings.lease_seconds)
    caller = Caller(timeout=settings.webhook_timeout, private_allowed=settings.webhook_private_addresses)
    patience = timedelta(seconds=settings.webhook_patience)
    delivering = Delivering(process.documents, process.commands, caller, secrets, patience)
    return (
        Following(process.documents, process.commands, lease, settings.amqp_url, settings.poll_seconds),
        OutgoingLoop(
            process.store,
            process.commands,
            process.transactions,
            {WEBHOOK: delivering},
            delays=settings.webhook_delays,
            claim=max(settings.outgoing_claim_seconds, 3 * settings.webhook_timeout),
            at_once=settings.webhook_at_once,
            share=max(1, settings.webhook_at_once // 4),
            poll=settings.poll_seconds,
        ),
    )
