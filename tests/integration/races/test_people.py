"""What people say of themselves beside their record: two things that meet in one person."""

from dataclasses import replace

import pytest

from services.notifications.domain.messages import Message
from services.notifications.domain.people import Person
from services.notifications.store import messages, people, the_person
from services.scheduling.domain.due import LESSONS_WANTED
from services.scheduling.store import availability, calendar_links, plans, teaching_staff, the_teaching_staff
from shared.events import CandidateErased, CandidateShortlisted
from shared.events.ids import CandidateId, MessageId, PersonId
from shared.storage.unit import UnitOfWork
from tests.integration.races.acts import DONE, is_told, lets_fall_due, posts, sends
from tests.integration.races.replicas import Act, Replicas
from tests.integration.races.scheduling_scenes import Applicant, applicant, leaves, teacher
from tests.integration.races.test_notifications import contact_of, reachable, tells

AWAY = {"cannot": [{"starts_at": "2040-05-14T00:00:00Z", "ends_at": "2040-05-17T00:00:00Z"}]}


async def somebody(unit: UnitOfWork) -> Applicant:
    """Put a candidate there."""
    return applicant(unit)


def says(one: Applicant, said: object) -> Act:
    """The candidate says when they can."""
    return sends("PUT", f"/availability/{one.id}", said, candidate=one.id)


def looks(one: Applicant) -> Act:
    """The candidate looks at their agenda, for the first time."""
    return sends("GET", f"/agendas/{one.id}", candidate=one.id)


@pytest.mark.parametrize("what", ["says", "looks"])
async def test_nothing_is_kept_beside_who_is_erased_meanwhile(scheduling: Replicas, what: str) -> None:
    async for meet, one in scheduling.rounds(somebody, among=2):
        act = says(one, AWAY) if what == "says" else looks(one)
        said, erased = await meet(act, leaves(CandidateErased, one))
        assert (said in {DONE, "not-found"}, erased) == (True, DONE)
        assert await scheduling.find(availability, person_id=one.id) == []
        assert await scheduling.find(calendar_links, person_id=one.id) == []


async def test_a_calendar_has_one_link(scheduling: Replicas) -> None:
    async for meet, one in scheduling.rounds(somebody):
        assert await meet(looks(one), looks(one)) == (DONE, DONE)
        assert len(await scheduling.find(calendar_links, person_id=one.id)) == 1


async def test_nobody_waits_for_lessons_who_has_said_meanwhile_that_they_can(scheduling: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> Applicant:
        staff = await the_teaching_staff(unit)
        unit.save(teaching_staff, replace(staff, teachers=(), waiting=()))
        await teacher(unit)
        one = applicant(unit, wants_lessons=True)
        unit.set_timer(LESSONS_WANTED, one.id, unit.now)
        return one

    never = {"time_zone": "Europe/Kyiv", "hours": {"monday": {"begins": "00:00", "ends": "00:30"}}}
    async for meet, one in scheduling.rounds(scene):
        await scheduling.first.do_all(says(one, never))
        assert await meet(lets_fall_due(LESSONS_WANTED, one.id), says(one, {})) == (DONE, DONE)
        await scheduling.first.do_all(lets_fall_due(LESSONS_WANTED, one.id))
        assert len(await scheduling.find(plans, candidate_id=one.id)) == 1
        assert (await scheduling.find(teaching_staff))[0].waiting == ()


def wishes(one: CandidateId) -> Act:
    """The candidate says which messages they wish."""
    return sends("PUT", f"/preferences/{one}", {"quiet": True}, candidate=one)


async def test_nothing_is_wished_by_who_is_erased_meanwhile(notifications: Replicas) -> None:
    async for meet, one in notifications.rounds(reachable):
        said, erased = await meet(wishes(one), tells(CandidateErased, one, sequence=3))
        assert (said in {DONE, "not-found"}, erased) == (True, DONE)
        assert await notifications.get(people, one) == Person(person_id=PersonId(one), erased=True)


async def test_a_wish_is_not_lost_by_a_message_that_comes_meanwhile(notifications: Replicas) -> None:
    async for meet, one in notifications.rounds(reachable):
        assert await meet(wishes(one), tells(CandidateShortlisted, one)) == (DONE, DONE)
        assert (await notifications.get(people, one)).preferences.quiet


async def sent_to(unit: UnitOfWork) -> Message:
    """Put a message there that has gone."""
    one = await reachable(unit)
    person = await the_person(unit, PersonId(one))
    message = Message(
        message_id=unit.new_id(MessageId),
        recipient_id=person.person_id,
        role="candidate",
        template="candidate-shortlisted",
        happened_at=unit.now,
        state="sent",
        address_number=person.address_number,
    )
    unit.save(messages, message)
    return message


def comes_back(message: Message) -> Act:
    """The mail comes back."""
    return posts("/bounces", {"message_id": message.message_id, "kind": "hard"})


async def test_a_mail_comes_back_once(notifications: Replicas) -> None:
    async for meet, message in notifications.rounds(sent_to):
        assert await meet(comes_back(message), comes_back(message)) == (DONE, DONE)
        assert await notifications.told(message.message_id) == ["message-failed"]
        assert (await notifications.get(people, message.recipient_id)).has_bounced


async def test_a_new_address_is_not_marked_by_a_mail_to_the_one_before(notifications: Replicas) -> None:
    async for meet, message in notifications.rounds(sent_to):
        contact = contact_of(message.recipient_id)
        moved = contact.model_copy(
            update={"addresses": contact.addresses.model_copy(update={"email": "new@mail.example"})}
        )
        assert await meet(comes_back(message), is_told(moved, stamp=2)) == (DONE, DONE)
        assert not (await notifications.get(people, message.recipient_id)).has_bounced
