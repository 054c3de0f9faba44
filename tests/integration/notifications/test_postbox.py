"""Handing mails to a real SMTP server: connections that are kept, lost and refused."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiosmtpd import smtp
from aiosmtpd.smtp import Envelope, Session
from aiosmtplib import SMTP, SMTPException

from services.notifications.letters import Parcel
from services.notifications.postbox import Postbox, Refused
from services.notifications.sending import reason_of

PARCEL = Parcel(
    sender="programme@izumo.example", recipient="o@example.org", content=b"Subject: Hello\r\n\r\nHello\r\n"
)


class Office:
    """A mail server that says what it is told to say."""

    def __init__(self) -> None:
        self.answers = {"RCPT": "250 OK", "DATA": "250 OK"}
        self.taken: list[bytes] = []
        self.connections = 0
        self.utf8 = True
        self.port = 0
        self._open: list[smtp.SMTP] = []
        self._listening: asyncio.Server | None = None

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: smtp.SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers["RCPT"]

    async def handle_DATA(self, _server: smtp.SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope.original_content or b"")
        return self.answers["DATA"]

    async def listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._connected, "127.0.0.1", self.port)
        self.port = self._listening.sockets[0].getsockname()[1]

    def _connected(self) -> smtp.SMTP:
        self.connections += 1
        self._open.append(smtp.SMTP(self, hostname="localhost", enable_SMTPUTF8=self.utf8))
        return self._open[-1]

    def hang_up(self) -> None:
        """Close every connection, as a server does that restarts or has waited for too long."""
        for server in self._open:
            if server.transport is not None:
                server.transport.close()
        self._open.clear()

    def close(self) -> None:
        assert self._listening is not None
        self.hang_up()
        self._listening.close()


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    made = Office()
    await made.listen()
    yield made
    made.close()


@pytest.fixture
async def postbox(office: Office) -> AsyncIterator[Postbox]:
    made = Postbox(lambda: SMTP(hostname="127.0.0.1", port=office.port, timeout=5))
    yield made
    made.close()


async def send(postbox: Postbox, parcel: Parcel = PARCEL) -> None:
    async with postbox.connection() as server:
        await server.hand_over(parcel)


async def test_one_connection_serves_mail_after_mail(office: Office, postbox: Postbox) -> None:
    for _ in range(3):
        await send(postbox)
    assert (office.connections, len(office.taken)) == (1, 3)


async def test_mails_at_once_have_connections_of_their_own(office: Office, postbox: Postbox) -> None:
    await asyncio.gather(*(send(postbox) for _ in range(4)))
    await asyncio.gather(*(send(postbox) for _ in range(4)))
    assert office.connections <= 4
    assert len(office.taken) == 8


async def test_a_connection_that_was_closed_is_made_anew(office: Office, postbox: Postbox) -> None:
    await send(postbox)
    office.hang_up()
    await send(postbox)
    assert (office.connections, len(office.taken)) == (2, 2)


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
async def test_a_refusal_for_good_is_told_from_one_for_now(
    office: Office, postbox: Postbox, step: str
) -> None:
    office.answers[step] = "550 No such user o@example.org"
    with pytest.raises(Refused) as refused:
        await send(postbox)
    assert "example.org" not in str(refused.value)
    office.answers[step] = "451 Try again later"
    with pytest.raises(SMTPException):
        await send(postbox)
    office.answers[step] = "250 OK"
    await send(postbox)


async def test_an_address_that_is_not_ascii_needs_a_server_that_takes_it(
    office: Office, postbox: Postbox
) -> None:
    parcel = Parcel(sender=PARCEL.sender, recipient="太郎@例え.jp", content=PARCEL.content, needs_utf8=True)
    await send(postbox, parcel)
    office.utf8 = False
    office.hang_up()
    with pytest.raises(Refused):
        await send(postbox, parcel)


async def test_a_server_that_is_away_is_unreachable_and_one_that_says_no_refuses(
    office: Office, postbox: Postbox
) -> None:
    for step in ("DATA", "RCPT"):
        office.answers[step] = "451 Try again later"
        with pytest.raises(SMTPException) as later:
            await send(postbox)
        assert reason_of(later.value) == "refused"
    office.close()
    with pytest.raises((SMTPException, OSError)) as away:
        await send(postbox)
    assert reason_of(away.value) == "unreachable"
    office.answers |= {"DATA": "250 OK", "RCPT": "250 OK"}
    await office.listen()
    await send(postbox)
