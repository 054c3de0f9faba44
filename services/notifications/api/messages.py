"""What was said, over HTTP: somebody's inbox, and all messages."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Query
from pydantic import Field

from services.notifications.domain.messages import Message, MessageState
from services.notifications.domain.recipients import RecipientRole
from services.notifications.store import messages
from services.notifications.writing import Writer
from shared.events.ids import MessageId, PersonId
from shared.events.texts import Code
from shared.events.value import Value
from shared.events.vocabulary import MessageChannel, MessageReason
from shared.web.app import router as new_router
from shared.web.identity import Participant, StaffOrService
from shared.web.pages import Cursor, Limit, Page, Reader, page_of
from shared.web.parts import Documents, using
from shared.web.views import View

router = new_router()


class MessageView(View):
    """A message, without what it says."""

    message_id: MessageId
    recipient_id: PersonId
    role: RecipientRole
    """In which role the recipient gets it."""
    template: str = Field(examples=["application-received"])
    """Which message it is."""
    state: MessageState
    """How far it has come: `gathering` until 18:00, `waiting` for a contact or a code, `queued`, `sent`,
    `failed`, `dropped` (somebody was erased), `kept` (for the inbox alone)."""
    channel: MessageChannel
    """The way it takes."""
    language: str | None = Field(default=None, examples=["uk"])
    """The language it was written in, once it has gone."""
    reason: MessageReason | None = None
    """Why it failed."""
    happened_at: datetime
    """When what it tells happened."""
    ended_at: datetime | None = None
    """When it was sent, failed, was dropped or kept."""

    @classmethod
    def of(cls, message: Message) -> Self:
        """Show a message."""
        return cls.showing(message)


class InboxMessage(Value):
    """A message as its recipient reads it."""

    message_id: MessageId
    template: str = Field(examples=["application-received"])
    """Which message it is."""
    state: MessageState
    """How far it has come, as in `GET /messages`."""
    at: datetime
    """When it was sent, failed, was dropped or kept; before that, when what it tells happened."""
    subject: str | None = Field(default=None, repr=False, examples=["We have your application"])
    """Absent where it can no longer be written: somebody was erased."""
    text: str | None = Field(default=None, repr=False)
    """Plain text. A link leads to the page itself: its code is in the mail alone."""


@router.get("/messages", tags=["messages"])
async def list_messages(
    _: StaffOrService,
    documents: Documents,
    template: Annotated[
        Code | None, Query(description="Those of this template alone", examples=["offer-made"])
    ] = None,
    state: Annotated[MessageState | None, Query(description="Those in this state alone")] = None,
    recipient_id: Annotated[PersonId | None, Query(description="Those to this person alone")] = None,
    role: Annotated[RecipientRole | None, Query(description="Those to people in this role alone")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[MessageView]:
    """List messages, by id: what was sent to whom, and what was not, and why. Never what they say."""
    wanted = {"template": template, "state": state, "recipient_id": recipient_id, "role": role}
    where = {name: value for name, value in wanted.items() if value is not None}
    found, following = await documents.page(messages, cursor, limit, **where)
    return Page(items=[MessageView.of(one) for one in found], next=following)


@router.get("/inbox/{person_id}", tags=["messages"])
async def show_inbox(
    person_id: PersonId,
    caller: Participant,
    documents: Documents,
    writer: Annotated[Writer, using(Writer)],
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at the most")] = 50,
) -> Page[InboxMessage]:
    """Show somebody what they were told, newest first, in the language and time zone that they have now.

    What is still being gathered is not among it.
    """
    caller.must_be(person_id)
    said = [one for one in await documents.find(messages, recipient_id=person_id) if one.state != "gathering"]
    said.sort(key=lambda message: (_at(message), message.message_id), reverse=True)
    shown, following = page_of(said, messages.id_of, cursor, limit)
    return Page(items=[await _shown(message, writer, documents) for message in shown], next=following)


def _at(message: Message) -> datetime:
    return message.ended_at or message.happened_at


async def _shown(message: Message, writer: Writer, documents: Reader) -> InboxMessage:
    mail = None
    if message.state != "dropped" and (letter := await writer.write(message, documents, with_code=False)):
        mail = letter.mail
    return InboxMessage(
        message_id=message.message_id,
        template=message.template,
        state=message.state,
        at=_at(message),
        subject=None if mail is None else mail.subject,
        text=None if mail is None else mail.text,
    )
