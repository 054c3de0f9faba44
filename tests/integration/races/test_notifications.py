"""Messages and people: two things that meet in one person, one message."""

from functools import partial

import pytest

from services.notifications.domain.messages import Message
from services.notifications.domain.names import FirmName, PositionTitle
from services.notifications.domain.people import Person
from services.notifications.sending import _look_again, _record, _sending
from services.notifications.store import firm_names, messages, people, position_titles, the_key, the_person
from services.notifications.telling import GATHERING_DUE, MAIL
from services.notifications.writing import Writer
from shared.events import (
    CandidateApplied,
    CandidateErased,
    CandidateShortlisted,
    CandidateUpdated,
    Event,
    InterviewScheduled,
    MatchProposed,
)
from shared.events.ids import CandidateId, EventId, FirmId, NoticeId, PersonId, PositionId
from shared.events.private import Addresses, Contact, LinkCode, Notice
from shared.ids import new
from shared.outgoing import _finish
from shared.storage.claims import OUTGOING
from shared.storage.unit import UnitOfWork
from shared.vault import Vault, keys
from tests.integration.races.acts import DONE, REPEAT, does, is_told, lets_fall_due, takes_in
from tests.integration.races.replicas import Act, Replica, Replicas
from tests.unit.notifications.builders import like

FIRM, POSITION = new(FirmId), new(PositionId)
CODE = "c0de" * 8


def contact_of(person_id: str, name: str = "Łukasz Ковальчук") -> Contact:
    """Make a candidate's contact."""
    return Contact(
        person_id=PersonId(person_id),
        role="candidate",
        name=name,
        addresses=Addresses(email="lukasz@mail.example"),
        language="uk",
        time_zone="Europe/Kyiv",
    )


async def stranger(unit: UnitOfWork) -> CandidateId:
    """Think of a candidate of whom nothing is known; put the firm and the position there."""
    for firm in (FIRM,):
        if await unit.get(firm_names, firm) is None:
            unit.save(firm_names, FirmName(firm_id=firm, name="出雲ソフト", as_of=1))
    if await unit.get(position_titles, POSITION) is None:
        unit.save(position_titles, PositionTitle(position_id=POSITION, title="Engineer", as_of=1))
    return unit.new_id(CandidateId)


async def reachable(unit: UnitOfWork) -> CandidateId:
    """Put a candidate there whose contact is known, and so is the firm's."""
    candidate_id = await stranger(unit)
    for person_id in (PersonId(candidate_id), PersonId(FIRM)):
        key = await the_key(unit, person_id)
        known = await the_person(unit, person_id)
        sealed = unit.using(Vault).seal(key, contact_of(person_id))
        unit.save(
            people,
            Person(
                person_id=known.person_id,
                role="candidate",
                contact=sealed,
                contact_of=1,
                language="uk",
                time_zone="Europe/Kyiv",
            ),
        )
    return candidate_id


def tells(
    event: type[Event], candidate_id: CandidateId, *, sequence: int = 1, event_id: EventId | None = None
) -> Act:
    """An event comes about a candidate."""
    given = {"candidate_id": candidate_id, "firm_id": FIRM, "position_id": POSITION}
    changed = {name: value for name, value in given.items() if name in event.model_fields}
    return takes_in(like(event, **changed), sequence=sequence, event_id=event_id)


async def messages_to(notifications: Replicas, person_id: str) -> list[Message]:
    """Return the messages to somebody."""
    return await notifications.find(messages, recipient_id=person_id)


async def goes_nowhere(notifications: Replicas, message: Message) -> bool:
    """Say whether a message is never written, whatever happens with it from now on."""
    if message.state == "gathering":
        await notifications.first.do_all(lets_go(message))
        message = await notifications.get(messages, message.message_id)
    if message.state != "queued":
        return message.state == "dropped"
    (writer,) = [one for one in notifications.first.process.parts.tools if isinstance(one, Writer)]
    return await writer.write(message, notifications.first.process.documents) is None


def lets_go(message: Message) -> Act:
    """It is 18:00 where the recipient is."""

    async def overdue(unit: UnitOfWork) -> None:
        unit.set_timer(GATHERING_DUE, message.message_id, unit.now)

    async def act(replica: Replica) -> str:
        await replica.do_all(does(overdue))
        return await lets_fall_due(GATHERING_DUE, message.message_id)(replica)

    return act


ABOUT = {
    "contact": lambda one: is_told(contact_of(one), stamp=2),
    "code": lambda one: is_told(LinkCode(person_id=PersonId(one), code=CODE)),
    "notice": lambda one: is_told(Notice(notice_id=new(NoticeId), template="link", person_id=PersonId(one))),
    "applied": lambda one: tells(CandidateApplied, one),
    "updated": lambda one: tells(CandidateUpdated, one, sequence=2),
    "shortlisted": lambda one: tells(CandidateShortlisted, one, sequence=2),
    "proposed": lambda one: tells(MatchProposed, one),
    "interview": lambda one: tells(InterviewScheduled, one),
}


@pytest.mark.parametrize("known", [stranger, reachable])
@pytest.mark.parametrize("what", list(ABOUT))
async def test_nothing_goes_to_or_names_who_is_erased_meanwhile(
    notifications: Replicas, what: str, known: object
) -> None:
    async for meet, one in notifications.rounds(reachable if known is reachable else stranger, among=2):
        _, erased = await meet(ABOUT[what](one), tells(CandidateErased, one, sequence=3))
        assert erased == DONE
        person = await notifications.get(people, one)
        assert person == Person(person_id=PersonId(one), erased=True)
        assert await notifications.find(keys, person_id=one) == []
        for message in await messages_to(notifications, one):
            assert await goes_nowhere(notifications, message)
        for message in await messages_to(notifications, FIRM):
            if any(facts.candidate_id == one for facts in message.facts) and message.names:
                assert await goes_nowhere(notifications, message)


async def test_no_message_misses_the_contact_that_comes_meanwhile(notifications: Replicas) -> None:
    async for meet, one in notifications.rounds(stranger):
        said = await meet(tells(CandidateShortlisted, one), is_told(contact_of(one)))
        assert said == (DONE, DONE)
        (message,) = await messages_to(notifications, one)
        assert (message.state, message.waits_for) == ("queued", ())
        assert (await notifications.get(people, one)).waiting == ()


async def test_no_message_misses_the_code_that_comes_meanwhile(notifications: Replicas) -> None:
    async for meet, one in notifications.rounds(reachable):
        said = await meet(tells(CandidateApplied, one), is_told(LinkCode(person_id=PersonId(one), code=CODE)))
        assert said == (DONE, DONE)
        (message,) = await messages_to(notifications, one)
        assert (message.state, message.link is not None) == ("queued", True)
        assert (await notifications.get(people, one)).codes == ()


async def test_a_message_that_waits_for_contact_and_code_goes_when_both_come_at_once(
    notifications: Replicas,
) -> None:
    async for meet, one in notifications.rounds(stranger):
        await notifications.first.do_all(tells(CandidateApplied, one))
        code = is_told(LinkCode(person_id=PersonId(one), code=CODE))
        assert await meet(is_told(contact_of(one)), code) == (DONE, DONE)
        (message,) = await messages_to(notifications, one)
        assert (message.state, message.link is not None) == ("queued", True)


async def test_a_code_goes_out_with_one_of_two_messages(notifications: Replicas) -> None:
    async for meet, one in notifications.rounds(reachable):
        code = is_told(LinkCode(person_id=PersonId(one), code=CODE))
        await notifications.first.do_all(code)
        assert await meet(tells(CandidateApplied, one), ABOUT["notice"](one)) == (DONE, DONE)
        found = await messages_to(notifications, one)
        assert sorted(message.state for message in found) == ["queued", "waiting"]
        await notifications.first.do_all(is_told(LinkCode(person_id=PersonId(one), code=CODE)))
        assert {message.state for message in await messages_to(notifications, one)} == {"queued"}


async def test_what_is_gathered_at_once_goes_together(notifications: Replicas) -> None:
    async for meet, one in notifications.rounds(reachable):
        assert await meet(tells(MatchProposed, one), tells(MatchProposed, one)) == (DONE, DONE)
        (message,) = await messages_to(notifications, one)
        assert (message.state, len(message.facts)) == ("gathering", 2)
        assert await notifications.timers(message.message_id) == 1


async def test_what_comes_while_the_gathered_goes_is_told_once(notifications: Replicas) -> None:
    async for meet, one in notifications.rounds(reachable):
        await notifications.first.do_all(tells(MatchProposed, one))
        (before,) = await messages_to(notifications, one)

        async def overdue(unit: UnitOfWork, message: Message = before) -> bool:
            unit.set_timer(GATHERING_DUE, message.message_id, unit.now)
            return True

        await notifications.set_up(overdue)
        goes = lets_fall_due(GATHERING_DUE, before.message_id)
        assert await meet(tells(MatchProposed, one), goes) == (DONE, DONE)
        found = await messages_to(notifications, one)
        assert sum(len(message.facts) for message in found) == 2
        assert [message.state for message in found if message.message_id == before.message_id] == ["queued"]
        assert {message.state for message in found} <= {"queued", "gathering"}


async def test_the_newest_contact_holds_whichever_comes_first(notifications: Replicas) -> None:
    async for meet, one in notifications.rounds(stranger):
        newer, older = is_told(contact_of(one, "Newer"), stamp=9), is_told(contact_of(one, "Older"), stamp=8)
        assert await meet(newer, older) == (DONE, DONE)
        assert (await notifications.get(people, one)).contact_of == 9


@pytest.mark.parametrize("way", ["event", "private message"])
async def test_what_two_replicas_get_has_its_effect_once(notifications: Replicas, way: str) -> None:
    async for meet, one in notifications.rounds(reachable):
        event_id = new(EventId)
        notice = Notice(notice_id=new(NoticeId), template="link", person_id=PersonId(one))
        act = (
            tells(CandidateShortlisted, one, event_id=event_id)
            if way == "event"
            else is_told(notice, message_id=event_id)
        )
        assert sorted(await meet(act, act)) == [DONE, REPEAT]
        assert len(await messages_to(notifications, one)) == 1


@pytest.mark.parametrize("other", ["sent", "erased"])
async def test_a_message_that_has_gone_is_said_once_to_have_gone(notifications: Replicas, other: str) -> None:
    async for meet, one in notifications.rounds(reachable):
        await notifications.first.do_all(tells(CandidateShortlisted, one))
        (message,) = await messages_to(notifications, one)
        sent = does(partial(_finish, MAIL, message.message_id, _record(message.message_id, _sending("uk"))))
        act = sent if other == "sent" else tells(CandidateErased, one, sequence=3)
        assert await meet(sent, act) == (DONE, DONE)
        found = await notifications.get(messages, message.message_id)
        assert found.state == "sent"
        assert (found.facts == ()) == (other == "erased")
        assert await notifications.told(message.message_id) == ["message-sent"]
        store = notifications.first.process.store
        assert await store[OUTGOING].count_documents({"key": message.message_id}) == 0


async def test_a_message_that_could_not_be_seen_yet_is_looked_for_again(notifications: Replicas) -> None:
    """A member that has just become primary may show for a moment what was there before."""
    async for _, one in notifications.rounds(reachable, times=1):
        await notifications.first.do_all(tells(CandidateShortlisted, one))
        (message,) = await messages_to(notifications, one)
        unseen = partial(_look_again, message.message_id)
        seen = _record(message.message_id, _sending("uk"))
        store = notifications.first.process.store
        for record, left in ((unseen, 1), (seen, 0), (unseen, 0)):
            await notifications.first.do_all(does(partial(_finish, MAIL, message.message_id, record)))
            assert await store[OUTGOING].count_documents({"key": message.message_id}) == left
        assert await notifications.told(message.message_id) == ["message-sent"]
