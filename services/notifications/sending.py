"""Sending: a message that is ready goes out by mail, outside any transaction, and what came of it is kept."""

from collections.abc import Callable, Sequence
from functools import partial

from aiosmtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from services.notifications.domain.messages import Message, dropped, failed, kept, sent
from services.notifications.letters import Sender, parcel, travelling
from services.notifications.postbox import Postbox, Refused
from services.notifications.store import messages
from services.notifications.telling import MAIL
from services.notifications.writing import Writer
from shared.clock import Clock
from shared.events.vocabulary import MessageReason
from shared.outgoing import Record
from shared.storage.collection import Key
from shared.storage.unit import UnitOfWork
from shared.web.pages import Reader

Ending = Callable[[Message, UnitOfWork], None]


class Mailing:
    """The errand of one kind of outgoing work: sends the message with that key by mail."""

    def __init__(
        self, documents: Reader, writer: Writer, postbox: Postbox, sender: Sender, clock: Clock
    ) -> None:
        self._documents = documents
        self._writer = writer
        self._postbox = postbox
        self._sender = sender
        self._clock = clock

    def reads(self, key: str) -> Sequence[Key]:
        """Name the message, whose state the record changes."""
        return [messages.key(key)]

    async def run(self, key: str) -> Record:
        """Send a message; who was erased by now, or has no address, is not written to."""
        message = await self._documents.get(messages, key)
        if message is None or message.state != "queued":
            return partial(_look_again, key)
        try:
            return await self._send(message)
        except Refused:
            return _record(key, _failing("refused"))

    async def give_up(self, key: str, error: Exception) -> Record:
        """Say that a message did not go out, and why."""
        return _record(key, _failing(reason_of(error)))

    async def _send(self, message: Message) -> Record:
        # The contact is read with the connection in hand: whoever is erased while it is made gets nothing.
        async with self._postbox.connection() as server:
            letter = await self._writer.write(message, self._documents)
            if letter is None:
                return _record(message.message_id, _gone(message))
            if not letter.is_wanted:
                return _record(message.message_id, _keep)
            if letter.has_bounced:
                return _record(message.message_id, _failing("bounced"))
            address = travelling(letter.address or "")
            if address is None:
                return _record(message.message_id, _failing("no-address"))
            await server.hand_over(parcel(letter, address, message, self._sender, self._clock.now()))
        return _record(message.message_id, _sending(letter.mail.language, letter.address_number))


def reason_of(error: Exception) -> MessageReason:
    """Return why a message failed, of the error of its last try."""
    match error:
        case SMTPResponseException() | SMTPRecipientsRefused():
            return "refused"
        case SMTPException() | OSError():  # TimeoutError is one
            return "unreachable"
        case _:
            return "other"


async def _look_again(key: str, unit: UnitOfWork) -> None:
    """Do nothing for a message that has ended; a read outside a transaction may not have seen it queued yet.

    A member that has just become primary may show for a moment what was there before.
    """
    message = await unit.get(messages, key)
    if message is not None and message.state == "queued":
        unit.send_out(MAIL, key)


def _record(key: str, end: Ending) -> Record:
    async def record(unit: UnitOfWork) -> None:
        message = await unit.get(messages, key)
        if message is not None and message.state not in {"sent", "failed"}:
            end(message, unit)

    return record


def _sending(language: str, address_number: int = 0) -> Ending:
    def end(message: Message, unit: UnitOfWork) -> None:
        unit.save(messages, *sent(message, language, unit.now, address_number))

    return end


def _failing(reason: MessageReason) -> Ending:
    def end(message: Message, unit: UnitOfWork) -> None:
        if message.state == "queued":
            unit.save(messages, *failed(message, reason, unit.now))

    return end


def _gone(message: Message) -> Ending:
    """Return how a message ends that nobody is there for: staff have left the settings, others were erased."""
    return _failing("no-address") if message.role == "staff" else _drop


def _keep(message: Message, unit: UnitOfWork) -> None:
    if message.state == "queued":
        unit.save(messages, kept(message, unit.now))


def _drop(message: Message, unit: UnitOfWork) -> None:
    unit.save(messages, dropped(message, unit.now))
