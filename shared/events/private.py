"""Private messages to notifications: what travels outside the public events, sealed for notifications alone.

They never lie in the history. Their text in logs and errors leaves out what is personal.
"""

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from shared.events.errors import Undecodable, refuse_what_only_looks_like_json
from shared.events.ids import NoticeId, PersonId
from shared.events.texts import NO_CONTROLS, PersonName
from shared.events.times import TimeZone
from shared.events.told import NoticeTemplate
from shared.events.value import Value
from shared.events.vocabulary import Language, Role

Address = Annotated[str, StringConstraints(min_length=1, max_length=320, pattern=NO_CONTROLS)]
"""An address of any channel, as its owner gave it; that it is a good one is checked where it is typed in."""


class Addresses(Value):
    """Where somebody can be reached, by channel."""

    email: Address | None = Field(default=None, repr=False)
    """An e-mail address."""
    telegram: Address | None = Field(default=None, repr=False)
    """A Telegram handle."""
    phone: Address | None = Field(default=None, repr=False)
    """A phone number."""


class Contact(Value):
    """Who somebody is and how to reach them: sent before their first event, and again on every change."""

    kind: Literal["contact"] = "contact"
    person_id: PersonId
    role: Role
    """In which role they get messages."""
    name: PersonName = Field(repr=False)
    """Their name as they wrote it; of a firm the company's."""
    addresses: Addresses
    """Where they can be reached."""
    language: Language
    """The language they want to be written to in."""
    time_zone: TimeZone
    """Their time zone."""


class LinkCode(Value):
    """A candidate's single-use code, for the link in the message that carries it."""

    kind: Literal["link-code"] = "link-code"
    person_id: PersonId
    code: Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{16,128}$")] = Field(repr=False)
    """The code, fit for a URL."""


class Notice(Value):
    """A message for which there is no public event."""

    kind: Literal["notice"] = "notice"
    notice_id: NoticeId
    """The notice's own id: one message comes of it, however often it arrives."""
    template: NoticeTemplate
    """Which message it is."""
    person_id: PersonId


PrivateMessage = Contact | LinkCode | Notice

_private: Final[TypeAdapter[PrivateMessage]] = TypeAdapter(
    Annotated[PrivateMessage, Field(discriminator="kind")]
)


def body(message: PrivateMessage) -> bytes:
    """Return a private message as JSON, to be sealed: UTF-8, absent fields left out."""
    return message.model_dump_json(exclude_none=True).encode()


def read(body: bytes) -> PrivateMessage:
    """Return the private message that a body is, or raise `Undecodable`; unknown fields are ignored."""
    refuse_what_only_looks_like_json(body)
    try:
        return _private.validate_json(body, extra="ignore")
    except ValidationError as error:
        raise Undecodable.of(error) from None
