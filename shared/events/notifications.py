"""What notifications publishes: that a message was sent, or was not. Never what it said, or where to."""

from shared.events.event import Event
from shared.events.ids import MessageId, PersonId
from shared.events.texts import Code
from shared.events.vocabulary import MessageChannel, MessageReason, Role


class _OfMessage(Event):
    message_id: MessageId
    recipient_id: PersonId
    """Whom it was for; of staff, the city and the bank an id that stands for an address in the settings."""
    role: Role
    """In which role they got it."""
    template: Code
    """Which message it was: `application-received`."""
    channel: MessageChannel
    """The way it took."""


class MessageSent(_OfMessage, source="notifications", type="message-sent", subject="message_id"):
    """A message went out: the other side's server took it."""

    reason: MessageReason | None = None
    """Why it took another way than the first; absent where it did not."""


class MessageFailed(_OfMessage, source="notifications", type="message-failed", subject="message_id"):
    """A message did not go out, or came back, and is not tried again."""

    reason: MessageReason
    """Why: `no-address`: none is known for the channel; `refused`: the other side refused it for good;
    `unreachable`: it could not be reached for as long as it was tried; `bounced`: it was taken, and sent back
    later."""
