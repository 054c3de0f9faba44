"""What a message waits for, and what becomes of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest

from services.notifications.domain.messages import (
    LINK,
    LINKED,
    arrived,
    dropped,
    failed,
    gathering_days,
    linked,
    name,
    post,
    sent,
    without_name,
)
from services.notifications.domain.people import Person, bounced, forgotten, located, reachable, wishing
from services.notifications.domain.preferences import OPTIONAL, Preferences
from services.notifications.render import TEMPLATES, languages_of
from tests.unit.notifications.builders import (
    CANDIDATE,
    FIRM,
    MESSAGE,
    NOW,
    interview_mail,
    message,
    person,
    stranger,
)


def test_a_message_to_somebody_who_can_be_reached_goes_at_once() -> None:
    told, recipient = post(message(), person())
    assert told.state == "queued"
    assert recipient == person()


def test_a_message_waits_for_the_contact() -> None:
    told, recipient = post(message(), stranger())
    assert (told.state, told.waits_for) == ("waiting", (CANDIDATE,))
    assert recipient.waiting == (MESSAGE,)
    assert arrived(told, CANDIDATE).state == "queued"


def test_a_message_with_a_link_waits_for_contact_and_code_in_any_order() -> None:
    told, recipient = post(message(template="link"), stranger())
    assert set(told.waits_for) == {CANDIDATE, LINK}
    assert recipient.waiting == (MESSAGE,)
    assert arrived(linked(told, "code"), CANDIDATE).state == "queued"
    assert linked(arrived(told, CANDIDATE), "code").state == "queued"


def test_a_code_that_waits_is_used_once_and_the_oldest_first() -> None:
    told, recipient = post(message(template="link"), person(codes=("first", "second")))
    assert (told.state, told.link) == ("queued", "first")
    assert recipient.codes == ("second",)


def test_exactly_the_templates_with_a_link_need_a_code() -> None:
    with_link = {
        path.name.split(".")[0] for path in TEMPLATES.glob("*/*.en.txt") if "{{ link }}" in path.read_text()
    }
    assert with_link == LINKED


def test_a_firm_hears_of_an_interview_when_the_name_is_there_too() -> None:
    told, firm = post(interview_mail(), stranger(FIRM))
    told, candidate = name(told, stranger())
    assert told.waits_for == (FIRM, CANDIDATE)
    assert firm.waiting == candidate.waiting == (MESSAGE,)
    assert arrived(told, CANDIDATE).state == "waiting"
    assert arrived(arrived(told, CANDIDATE), FIRM).state == "queued"


def test_only_a_firms_interview_mails_name_the_candidate() -> None:
    assert interview_mail().names == CANDIDATE
    assert message(template="interview-scheduled").names is None
    assert interview_mail("interview-cancelled", reason="erased").names is None


def test_an_interview_with_somebody_who_was_erased_is_cancelled_without_a_name() -> None:
    waiting = {"state": "waiting", "waits_for": (CANDIDATE,)}
    assert without_name(interview_mail("interview-cancelled", **waiting), CANDIDATE, NOW).state == "queued"
    assert without_name(interview_mail("interview-scheduled", **waiting), CANDIDATE, NOW).state == "dropped"


@pytest.mark.parametrize("state", ["gathering", "waiting", "queued"])
def test_what_has_not_gone_to_an_erased_person_never_goes(state: str) -> None:
    ended = dropped(message(state=state, link="code", waits_for=(CANDIDATE,)), NOW)
    assert (ended.state, ended.facts, ended.link, ended.waits_for) == ("dropped", (), None, ())
    assert arrived(ended, CANDIDATE).state == "dropped"


def test_what_had_gone_stays_as_it_went_but_tells_nothing_any_more() -> None:
    gone, _ = sent(message(), "uk", NOW)
    assert dropped(gone, NOW + timedelta(days=1)) == replace(gone, facts=())


def test_a_message_that_went_keeps_no_code_and_says_so() -> None:
    gone, event = sent(message(template="link", link="code"), "uk", NOW)
    assert (gone.state, gone.link, gone.language, gone.ended_at) == ("sent", None, "uk", NOW)
    assert (event.subject, event.template, event.channel) == (MESSAGE, "link", "email")


def test_a_message_that_failed_says_why() -> None:
    ended, event = failed(message(), "refused", NOW)
    assert (ended.state, ended.reason) == ("failed", "refused")
    assert (event.subject, event.reason) == (MESSAGE, "refused")


@pytest.mark.parametrize(
    ("now", "time_zone", "day", "goes_at"),
    [
        ("2027-04-05T08:59:59Z", "Asia/Tokyo", "2027-04-05", "2027-04-05T09:00:00Z"),
        ("2027-04-05T09:00:00Z", "Asia/Tokyo", "2027-04-06", "2027-04-06T09:00:00Z"),
        ("2027-04-05T16:30:00Z", "Asia/Tokyo", "2027-04-06", "2027-04-06T09:00:00Z"),
        ("2027-04-05T09:00:00Z", "Europe/Kyiv", "2027-04-05", "2027-04-05T15:00:00Z"),
        (
            "2027-03-27T16:00:00Z",
            "Europe/Kyiv",
            "2027-03-28",
            "2027-03-28T15:00:00Z",
        ),  # the clocks go forward
    ],
)
def test_what_is_gathered_goes_at_six_in_the_recipients_evening(
    now: str, time_zone: str, day: str, goes_at: str
) -> None:
    found = next(iter(gathering_days(datetime.fromisoformat(now), time_zone)))
    assert found == (date.fromisoformat(day), datetime.fromisoformat(goes_at))


def test_what_comes_after_six_can_wait_for_any_of_the_next_days() -> None:
    days = [day for day, _ in islice(gathering_days(datetime(2027, 4, 5, 12, tzinfo=UTC), "Asia/Tokyo"), 3)]
    assert days == [date(2027, 4, day) for day in (6, 7, 8)]


def test_an_older_event_does_not_move_anybody_back() -> None:
    moved = located(stranger(), language="en", time_zone="Asia/Tokyo", sequence=3)
    assert located(moved, language="uk", time_zone="Europe/Kyiv", sequence=2) == moved


def test_a_contact_says_where_somebody_lives_until_an_event_does() -> None:
    reached = reach(stranger(), "sealed", stamp=2)
    assert (reached.language, reached.time_zone) == ("uk", "Europe/Kyiv")
    moved = located(reached, language="en", time_zone="Asia/Tokyo", sequence=1)
    renewed = reach(moved, "anew", stamp=3)
    assert (renewed.contact, renewed.time_zone) == ("anew", "Asia/Tokyo")


def test_nothing_is_left_of_somebody_who_was_erased() -> None:
    ended = forgotten(person(codes=("code",), waiting=(MESSAGE,), language="uk"))
    assert ended == stranger(erased=True)
    assert located(ended, language="en", time_zone="Asia/Tokyo", sequence=9) == ended


def test_a_contact_that_was_sent_earlier_never_overwrites_a_later_one() -> None:
    later = reach(stranger(), "later", stamp=2)
    assert reach(later, "earlier", stamp=1, moved=True) == later


def test_an_address_that_bounced_stays_so_until_it_is_another_one() -> None:
    known = reach(stranger(), "sealed", stamp=1, moved=True)
    back = bounced(known, known.address_number)
    assert back.has_bounced
    assert reach(back, "again", stamp=2, moved=False).has_bounced
    moved = reach(back, "anew", stamp=2, moved=True)
    assert not moved.has_bounced
    assert bounced(moved, back.address_number) == moved


def test_what_can_be_switched_off_is_and_nothing_else() -> None:
    wished = Preferences(off=("proposals",))
    assert not wished.want("candidate", "proposals")
    assert wished.want("candidate", "match-made")
    quiet = Preferences(quiet=True, off=("offer-made",))
    assert not quiet.want("candidate", "match-made")
    assert quiet.want("candidate", "offer-made")
    assert quiet.want("teacher", "lessons-planned")


def test_only_what_can_be_switched_off_waits_for_the_evening() -> None:
    wished = Preferences(when="evening")
    assert wished.put_off("candidate", "match-made")
    assert not wished.put_off("candidate", "interview-scheduled")


def test_every_template_that_can_be_switched_off_is_there() -> None:
    assert [one for role in OPTIONAL for one in OPTIONAL[role] if not languages_of(role, one)] == []


def test_the_same_wish_again_is_no_new_revision() -> None:
    once = wishing(person(), Preferences(quiet=True))
    assert once.preferences == Preferences(quiet=True, revision=1)
    assert wishing(once, Preferences(quiet=True)) == once


def reach(known: Person, contact: str, *, stamp: int, moved: bool = False) -> Person:
    return reachable(
        known,
        contact,
        role="candidate",
        language="uk",
        time_zone="Europe/Kyiv",
        stamp=stamp,
        moved=moved,
    )
