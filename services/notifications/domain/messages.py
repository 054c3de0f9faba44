"""Messages: what they wait for, and what becomes of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from services.notifications.domain.facts import Facts
from services.notifications.domain.people import Person
from services.notifications.domain.recipients import RecipientRole
from shared.events.ids import MessageId, PersonId
from shared.events.notifications import MessageFailed, MessageSent
from shared.events.vocabulary import MessageChannel, MessageReason

MessageState = Literal["gathering", "waiting", "queued", "sent", "failed", "dropped", "kept"]
"""`gathering`: goes at 18:00, and may still grow; `waiting`: for a contact or a code; `queued`: ready to go;
`dropped`: never sent, since somebody was erased; `kept`: not sent, since its recipient does not wish to get such messages,
and to be read in the inbox alone."""

LINK: Final = "link"
"""What a message waits for that needs a link and has no code for it."""
LINKED: Final = frozenset({"application-received", "application-waitlisted", "already-applied", "link"})
"""The templates that carry a link."""
NAMING: Final = frozenset({"interview-scheduled", "interview-moved", "interview-cancelled"})
"""The templates that tell a firm the candidate's name."""
WITHOUT_NAME: Final = frozenset({"interview-cancelled"})
"""Those of them that also go without it, where the candidate was erased."""
GATHERED_UNTIL: Final = time(18)
"""The recipient's time of day at which what was gathered goes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What is said, or is to be said, to one person."""

    message_id: MessageId
    recipient_id: PersonId
    role: RecipientRole
    template: str
    happened_at: datetime
    """When what it tells happened; of a gathered one, the first of it."""
    state: MessageState = "queued"
    facts: tuple[Facts, ...] = ()
    """What it tells: of a gathered one several."""
    gathered: bool = False
    waits_for: tuple[str, ...] = ()
    """The persons whose contact it needs and that is not there, and `link` where its code is not."""
    link: str | None = None
    """Its code, sealed with the recipient's key, until it has gone."""
    channel: MessageChannel = "email"
    language: str | None = None
    """The language it was written in; absent until it has gone."""
    ended_at: datetime | None = None
    """When it was sent, failed, was dropped or kept."""
    address_number: int | None = None
    """Which of the recipient's addresses it was sent to; absent until it has gone."""
    reason: MessageReason | None = None
    """Why it failed."""

    @property
    def names(self) -> PersonId | None:
        """The candidate whose name it tells a firm, if it does. What an erasure brought about names nobody."""
        if self.role != "firm" or self.template not in NAMING or not self.facts:
            return None
        facts = self.facts[0]
        if facts.candidate_id is None or facts.reason == "erased":
            return None
        return PersonId(facts.candidate_id)


def post(message: Message, person: Person) -> tuple[Message, Person]:
    """Have a message go to its recipient: at once, or when the contact, and the code it needs, are there."""
    missing = [] if person.contact else [str(person.person_id)]
    if message.template in LINKED:
        if person.codes:
            message = replace(message, link=person.codes[0])
            person = replace(person, codes=person.codes[1:])
        else:
            missing.append(LINK)
    return _wait(message, person, missing)


def name(message: Message, candidate: Person) -> tuple[Message, Person]:
    """Have a message that names a candidate wait for that name, where it is not there."""
    return _wait(message, candidate, [] if candidate.contact else [str(candidate.person_id)])


def _wait(message: Message, person: Person, missing: list[str]) -> tuple[Message, Person]:
    waits_for = (*message.waits_for, *missing)
    message = replace(message, waits_for=waits_for, state="waiting" if waits_for else "queued")
    if missing:
        person = replace(person, waiting=(*person.waiting, message.message_id))
    return message, person


def arrived(message: Message, what: str) -> Message:
    """Wait no longer for a contact (that person's id) or a code (`link`)."""
    if message.state != "waiting":
        return message
    left = tuple(one for one in message.waits_for if one != what)
    return replace(message, waits_for=left, state="waiting" if left else "queued")


def waits_for_code(message: Message, person: Person) -> bool:
    """Say whether a message waits for a code of this person."""
    return (
        message.state == "waiting" and message.recipient_id == person.person_id and LINK in message.waits_for
    )


def linked(message: Message, code: str) -> Message:
    """Give a message the sealed code that it waits for."""
    return arrived(replace(message, link=code), LINK)


def dropped(message: Message, at: datetime) -> Message:
    """End a message to somebody who was erased, and forget what it told; one that had gone stays as it went."""
    message = replace(message, facts=(), link=None, waits_for=())
    if message.state in {"sent", "failed", "dropped", "kept"}:
        return message
    return replace(message, state="dropped", ended_at=at)


def kept(message: Message, at: datetime) -> Message:
    """Do not send a message, since its recipient does not wish to get such ones."""
    return replace(message, state="kept", link=None, waits_for=(), ended_at=at)


def without_name(message: Message, candidate_id: PersonId, at: datetime) -> Message:
    """Let a message no longer wait for the name of somebody who was erased: it goes without, or not at all."""
    if message.template in WITHOUT_NAME:
        return arrived(message, candidate_id)
    return dropped(message, at)


def sent(
    message: Message, language: str, at: datetime, address_number: int = 0
) -> tuple[Message, MessageSent]:
    """Note that a message went out. It did, whatever was decided about it meanwhile."""
    gone = replace(
        message, state="sent", language=language, ended_at=at, link=None, address_number=address_number
    )
    return gone, MessageSent(
        message_id=message.message_id,
        recipient_id=message.recipient_id,
        role=message.role,
        template=message.template,
        channel=message.channel,
    )


def failed(message: Message, reason: MessageReason, at: datetime) -> tuple[Message, MessageFailed]:
    """Note that a message will not go out, or that it came back."""
    ended = replace(message, state="failed", reason=reason, ended_at=at, link=None)
    return ended, MessageFailed(
        message_id=message.message_id,
        recipient_id=message.recipient_id,
        role=message.role,
        template=message.template,
        channel=message.channel,
        reason=reason,
    )


def gathering_days(now: datetime, time_zone: str) -> Iterable[tuple[date, datetime]]:
    """Yield the local days on which something that comes now can still go, and when: today or the next ones."""
    zone = ZoneInfo(time_zone)
    day = now.astimezone(zone).date()
    while True:
        goes_at = datetime.combine(day, GATHERED_UNTIL, zone)
        if goes_at > now:
            yield day, goes_at
        day += timedelta(days=1)


def gathered(message: Message, facts: Facts) -> Message:
    """Add to a message that is still gathering."""
    return replace(message, facts=(*message.facts, facts))
