"""The SMTP server that mail goes to, and connections to it that stay open between mails."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiosmtplib import SMTP, SMTPDataError, SMTPException, SMTPNotSupported, SMTPRecipientsRefused

from services.notifications.letters import Parcel

KEPT = 30.0
"""Seconds for which a connection that nobody uses is kept; servers close theirs after minutes."""
PERMANENT = 500
"""SMTP replies from here on say that trying again is no use."""


class Refused(Exception):  # noqa: N818  an answer, not a mistake
    """The server will not take this mail, now or later. Says nothing of whom it was for."""


class Postbox:
    """Hands mails to a server, over as many connections as are handed over at once.

    An open connection is asked whether it still stands before it is used again.
    """

    def __init__(self, new_connection: Callable[[], SMTP]) -> None:
        self._new_connection = new_connection
        self._idle: list[tuple[SMTP, float]] = []

    @asynccontextmanager
    async def connection(self) -> AsyncIterator["Connection"]:
        """Lend a connection that stands; one on which anything failed is not used again."""
        server = await self._idle_one() or await self._fresh_one()
        try:
            yield Connection(server)
        except Refused:
            self._keep(server)
            raise
        except BaseException:
            server.close()
            raise
        self._keep(server)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while self._idle:
            self._idle.pop()[0].close()

    def _keep(self, server: SMTP) -> None:
        self._idle.append((server, time.monotonic()))

    async def _idle_one(self) -> SMTP | None:
        while self._idle:
            server, since = self._idle.pop()
            if time.monotonic() - since < KEPT and await _stands(server):
                return server
            server.close()
        return None

    async def _fresh_one(self) -> SMTP:
        server = self._new_connection()
        await server.connect()
        return server


class Connection:
    """A connection to the server, lent for one mail."""

    def __init__(self, server: SMTP) -> None:
        self._server = server

    async def hand_over(self, parcel: Parcel) -> None:
        """Return when the server has taken the mail.

        Raises Refused where it never will, and SMTPException or OSError where it may later.
        """
        options = ["SMTPUTF8"] if parcel.needs_utf8 else []
        try:
            await self._server.sendmail(parcel.sender, parcel.recipient, parcel.content, mail_options=options)
        except SMTPRecipientsRefused as error:
            if all(one.code >= PERMANENT for one in error.recipients):
                raise Refused("recipient") from None
            raise
        except SMTPDataError as error:
            if error.code >= PERMANENT:
                raise Refused("content") from None
            raise
        except SMTPNotSupported:
            raise Refused("address not in ASCII") from None


async def _stands(server: SMTP) -> bool:
    try:
        await server.rset()
    except (SMTPException, OSError):
        return False
    return True
