"""Notifications with a real broker, a real database and a real mail server: who is told what, and when."""

import json

import httpx

from deploy.local.frontend import PORT, url_of
from deploy.local.run import LocalRun
from shared.events.ids import (
    CandidateId,
    FirmId,
    InterpreterId,
    InterviewId,
    MatchId,
    NoticeId,
    OfferId,
    PersonId,
    PositionId,
    RoundId,
)
from shared.events.intake import (
    CandidateApplied,
    CandidateErased,
    CandidatePromoted,
    CandidateUpdated,
    RoundClosed,
)
from shared.events.matching import FirmRegistered, MatchProposed, OfferMade, PositionOpened
from shared.events.private import Addresses, Notice
from shared.events.scheduling import InterviewCancelled, InterviewScheduled
from shared.ids import new
from shared.storage.client import Client, connect, database
from tests.harness.history import read_history
from tests.harness.notifications import (
    NAME,
    Mailbox,
    Post,
    at_rest,
    code,
    contact,
    firm_contact,
    messages_to,
    move_clock,
    states,
    until_states,
    waiting,
)
from tests.unit.notifications.builders import like

PAGE = url_of(PORT)
TITLE = "Rust engineer"


def applied(candidate_id: str) -> CandidateApplied:
    return like(
        CandidateApplied,
        candidate_id=candidate_id,
        language="uk",
        time_zone="Europe/Kyiv",
        waitlist_place=None,
    )


async def test_an_application_is_confirmed_with_its_link(
    tell: Post, whisper: Post, mailbox: Mailbox, http: httpx.AsyncClient
) -> None:
    candidate = new(CandidateId)
    link = code(candidate)
    await tell(applied(candidate))
    await whisper(contact(candidate), link)
    mail = await mailbox.one(candidate, "application-received")
    assert mail["To"].addresses[0].display_name == NAME
    assert mail["Content-Language"] == "uk"
    assert f"{PAGE}#{link.code}" in mail.get_content().splitlines()
    await at_rest(http)
    [message] = await messages_to(http, candidate)
    assert mail["Message-ID"] == f"<{message['message_id']}@izumo.example>"
    assert (message["state"], message["template"], message["role"]) == (
        "sent",
        "application-received",
        "candidate",
    )


async def test_what_comes_first_waits_and_is_counted(
    tell: Post, whisper: Post, mailbox: Mailbox, http: httpx.AsyncClient
) -> None:
    candidate = new(CandidateId)
    before = await waiting(http)
    await tell(applied(candidate), like(CandidatePromoted, candidate_id=candidate))
    await until_states(http, candidate, "waiting", "waiting")
    assert await waiting(http) == before + 2
    await whisper(contact(candidate))
    await mailbox.one(candidate, "candidate-promoted")
    await until_states(http, candidate, "waiting", "sent")
    await whisper(code(candidate))
    await mailbox.one(candidate, "application-received")
    await at_rest(http)
    assert await waiting(http) == before


async def test_each_code_serves_one_message(whisper: Post, mailbox: Mailbox) -> None:
    candidate = new(CandidateId)
    codes = [code(candidate) for _ in range(2)]
    notices = [
        Notice(notice_id=new(NoticeId), template=template, person_id=PersonId(candidate))
        for template in ("already-applied", "link")
    ]
    await whisper(*codes, *notices, notices[1], contact(candidate))
    mails = [await mailbox.one(candidate, template) for template in ("already-applied", "link")]
    for mail, used in zip(mails, codes, strict=True):
        assert f"{PAGE}#{used.code}" in mail.get_content().splitlines()
    assert len(mailbox.to(candidate)) == 2


async def test_what_was_sent_is_in_the_history_and_who_it_was_for_is_not(
    notifications: LocalRun, tell: Post, whisper: Post, http: httpx.AsyncClient
) -> None:
    reached, nowhere = new(CandidateId), new(CandidateId)
    await whisper(contact(reached), contact(nowhere, addresses=Addresses(telegram="@nobody")))
    for candidate in (reached, nowhere):
        await tell(like(CandidatePromoted, candidate_id=candidate))
    await until_states(http, reached, "sent")
    await until_states(http, nowhere, "failed")
    await at_rest(http)
    told = await read_history(notifications.amqp_url)
    ours = {one.data["recipient_id"]: one for one in told if one.type.startswith("message-")}
    assert (ours[reached].type, ours[nowhere].type) == ("message-sent", "message-failed")
    assert ours[nowhere].data["reason"] == "no-address"
    assert ours[reached].subject == (await messages_to(http, reached))[0]["message_id"]
    assert "@example.org" not in json.dumps([one.data for one in told])


async def test_nothing_is_left_of_somebody_who_is_erased_and_nothing_is_sent(
    notifications: LocalRun, tell: Post, whisper: Post, mailbox: Mailbox, http: httpx.AsyncClient
) -> None:
    candidate = new(CandidateId)
    sealed = contact(candidate, name="Zweifel Unverwechselbar")
    await whisper(sealed, code(candidate))
    await tell(applied(candidate))
    await mailbox.one(candidate, "application-received")
    await tell(await opened(tell, candidate, new(FirmId)))
    await until_states(http, candidate, "sent", "gathering")
    await tell(like(CandidateErased, candidate_id=candidate), sequence=2)
    await whisper(
        sealed, code(candidate), Notice(notice_id=new(NoticeId), template="link", person_id=sealed.person_id)
    )
    await tell(like(CandidatePromoted, candidate_id=candidate), sequence=3)
    await until_states(http, candidate, "sent", "dropped", "dropped", "dropped")
    await at_rest(http)
    assert len(mailbox.to(candidate)) == 1
    client: Client = connect(notifications.mongo_url, timeout=5)
    store = database(client, notifications.database_of("notifications"))
    assert await store["keys"].find_one({"_id": candidate}) is None
    person = await store["people"].find_one({"_id": candidate})
    assert person is not None
    assert {"contact", "codes"}.isdisjoint(name for name, value in person.items() if value)
    client.close()
    inbox = (await http.get(f"/inbox/{candidate}")).json()["items"]
    assert [message.get("text") for message in inbox] == [None] * 4


async def test_proposals_go_together_at_six_in_the_evening(
    notifications: LocalRun, tell: Post, whisper: Post, mailbox: Mailbox, http: httpx.AsyncClient
) -> None:
    candidate, firm = new(CandidateId), new(FirmId)
    await whisper(contact(candidate), firm_contact(firm))
    proposed = [await opened(tell, candidate, firm) for _ in range(2)]
    await tell(*proposed)
    await until_states(http, candidate, "gathering")
    await at_rest(http)
    assert mailbox.to(candidate) == []
    # Which of the two evenings comes first depends on the hour at which this runs.
    while "gathering" in [*await states(http, candidate), *await states(http, firm)]:
        await move_clock(notifications, http)
    # The candidate reads of each position, the firm once of all that is proposed for one title.
    for person, times in ((candidate, 2), (firm, 1)):
        mail = await mailbox.one(person, "proposals")
        assert mail.get_content().count(TITLE) == times
        assert {mail["Date"].datetime.hour, mail["Date"].datetime.minute} <= {15, 16, 9, 0}
    await tell(await opened(tell, candidate, firm))
    await until_states(http, candidate, "gathering", "sent")


async def opened(tell: Post, candidate: CandidateId, firm: FirmId) -> MatchProposed:
    """Open a position of a firm, and return its match with a candidate."""
    position = new(PositionId)
    requirements = like(PositionOpened).requirements.model_copy(update={"title": TITLE})
    await tell(
        like(FirmRegistered, firm_id=firm),
        like(PositionOpened, firm_id=firm, position_id=position, requirements=requirements),
    )
    return like(
        MatchProposed, match_id=new(MatchId), candidate_id=candidate, firm_id=firm, position_id=position
    )


async def test_a_message_waits_for_what_a_firm_and_a_position_are_called(
    tell: Post, whisper: Post, mailbox: Mailbox
) -> None:
    candidate, firm = new(CandidateId), new(FirmId)
    await whisper(contact(candidate))
    position = new(PositionId)
    await tell(
        like(OfferMade, offer_id=new(OfferId), candidate_id=candidate, firm_id=firm, position_id=position)
    )
    await tell(
        like(FirmRegistered, firm_id=firm, name="縁ソフト"),
        like(PositionOpened, firm_id=firm, position_id=position),
    )
    assert "縁ソフト" in (await mailbox.one(candidate, "offer-made")).get_content()


async def test_a_firm_learns_a_candidates_name_until_that_candidate_is_erased(
    tell: Post, whisper: Post, mailbox: Mailbox, http: httpx.AsyncClient
) -> None:
    candidate, firm = new(CandidateId), new(FirmId)
    match = await opened(tell, candidate, firm)
    shared = {"candidate_id": candidate, "firm_id": firm, "position_id": match.position_id}
    await whisper(firm_contact(firm))
    await tell(like(InterviewScheduled, interview_id=new(InterviewId), **shared))
    await until_states(http, firm, "waiting", "sent")
    await whisper(contact(candidate))
    assert NAME in (await mailbox.one(firm, "interview-scheduled")).get_content()
    await mailbox.one(candidate, "interview-scheduled")
    await tell(like(CandidateErased, candidate_id=candidate))
    await tell(like(InterviewCancelled, interview_id=new(InterviewId), reason="erased", **shared))
    assert NAME not in (await mailbox.one(firm, "interview-cancelled")).get_content()
    await at_rest(http)
    assert len(mailbox.to(candidate)) == 1


async def test_an_interpreter_is_told_of_an_interview_without_the_candidates_name(
    tell: Post, whisper: Post, mailbox: Mailbox
) -> None:
    candidate, interpreter = new(CandidateId), new(InterpreterId)
    match = await opened(tell, candidate, new(FirmId))
    await whisper(contact(interpreter, role="interpreter", name="Марія Сато"))
    await tell(
        like(
            InterviewScheduled,
            interview_id=new(InterviewId),
            candidate_id=candidate,
            firm_id=match.firm_id,
            position_id=match.position_id,
            interpreter_id=interpreter,
        )
    )
    mail = (await mailbox.one(interpreter, "interview-scheduled")).get_content()
    assert "Марія Сато" in mail
    assert NAME not in mail


async def test_staff_are_told_at_the_addresses_of_the_settings(tell: Post, mailbox: Mailbox) -> None:
    await tell(like(RoundClosed, round_id=new(RoundId)))
    mails = [await mailbox.one(name, "round-closed") for name in ("staff@iz", "coordina")]
    assert [mail["Content-Language"] for mail in mails] == ["ja", "en"]


async def test_a_later_event_says_in_which_language_somebody_reads(
    tell: Post, whisper: Post, mailbox: Mailbox
) -> None:
    candidate = new(CandidateId)
    await whisper(contact(candidate), code(candidate))
    await tell(like(CandidateUpdated, candidate_id=candidate, language="ja"), sequence=2)
    await tell(applied(candidate))
    assert (await mailbox.one(candidate, "application-received"))["Content-Language"] == "ja"


async def test_an_inbox_is_for_its_owner_and_for_staff(
    notifications: LocalRun, tell: Post, whisper: Post, http: httpx.AsyncClient
) -> None:
    candidate = new(CandidateId)
    link = code(candidate)
    await whisper(contact(candidate), link)
    await tell(applied(candidate), like(CandidatePromoted, candidate_id=candidate))
    await until_states(http, candidate, "sent", "sent")
    own = {"Authorization": f"Bearer {notifications.token('candidate', person_id=candidate)}"}
    other = {"Authorization": f"Bearer {notifications.token('candidate')}"}
    page = (await http.get(f"/inbox/{candidate}", headers=own, params={"limit": 1})).json()
    rest = (await http.get(f"/inbox/{candidate}", headers=own, params={"cursor": page["next"]})).json()
    items = [*page["items"], *rest["items"]]
    assert {item["template"] for item in items} == {"application-received", "candidate-promoted"}
    assert all(item["subject"] and NAME in item["text"] for item in items)
    assert link.code not in json.dumps(items)
    assert (await http.get(f"/inbox/{candidate}", headers=other)).status_code == 403
    assert (await http.get("/messages", headers=own)).status_code == 403


async def test_messages_are_listed_in_pages_by_what_they_are(http: httpx.AsyncClient) -> None:
    first = (await http.get("/messages", params={"state": "sent", "role": "candidate", "limit": 2})).json()
    second = (
        await http.get("/messages", params={"state": "sent", "role": "candidate", "cursor": first["next"]})
    ).json()
    listed = [*first["items"], *second["items"]]
    assert {message["state"] for message in listed} == {"sent"}
    assert len({message["message_id"] for message in listed}) == len(listed) > 2
    assert (await http.get("/messages", params={"state": "lost"})).status_code == 422
    assert (await http.get("/messages", params={"cursor": "!"})).status_code == 422


async def test_no_name_and_no_address_is_in_the_logs(notifications: LocalRun) -> None:
    log = notifications.log_of("notifications").read_text()
    assert "@example.org" not in log
    assert "Unverwechselbar" not in log
