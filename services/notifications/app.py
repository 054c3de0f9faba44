"""Where notifications' parts are wired together."""

from functools import partial
from pathlib import Path
from typing import Literal

from aiosmtplib import SMTP
from pydantic import AnyHttpUrl, EmailStr, Field, SecretStr

from services.notifications.api import ROUTERS
from services.notifications.letters import Sender
from services.notifications.postbox import Postbox
from services.notifications.reactions import private_reactions, reactions
from services.notifications.sending import Mailing
from services.notifications.staff import StaffList, StaffMember
from services.notifications.store import COLLECTIONS, count_waiting
from services.notifications.telling import MAIL
from services.notifications.timers import timers
from services.notifications.writing import Letterhead, Writer
from shared.outgoing import Errand
from shared.sealing import Unsealer
from shared.service import Parts, Process
from shared.settings import Seconds, Settings
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
    writer = Writer(vault, staff, letterhead)
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
        count_waiting=count_waiting,
        tools=(staff, vault, writer),
    )


def _errands(settings: NotificationsSettings, writer: Writer, process: Process) -> dict[str, Errand]:
    postbox = Postbox(settings.new_connection)
    return {MAIL: Mailing(process.documents, writer, postbox, settings.sender, process.clock)}
