"""What somebody wishes about their messages: set, honoured, switched off with one click."""

from typing import Any

import httpx

from deploy.local.run import LocalRun
from shared.events.ids import CandidateId, FirmId, MatchId, OfferId, PersonId, PositionId
from shared.events.intake import CandidateErased
from shared.events.matching import FirmRegistered, MatchAccepted, OfferMade, PositionOpened
from shared.ids import new
from tests.harness.notifications import (
    REACHED_AT,
    Mailbox,
    Post,
    at_rest,
    contact,
    messages_to,
    move_clock,
    until_states,
)
from tests.unit.notifications.builders import like


async def wish(
    http: httpx.AsyncClient, person_id: str, version: str = '"0"', **wished: Any
) -> httpx.Response:
    return await http.put(f"/preferences/{person_id}", json=wished, headers={"If-Match": version})


async def matched(tell: Post, candidate: str) -> None:
    """Tell a candidate of a match (which may be switched off) and of an offer (which may not)."""
    firm, position = new(FirmId), new(PositionId)
    where = {"candidate_id": candidate, "firm_id": firm, "position_id": position}
    await tell(
        like(FirmRegistered, firm_id=firm),
        like(PositionOpened, firm_id=firm, position_id=position),
        like(MatchAccepted, match_id=new(MatchId), complete=True, **where),
        like(OfferMade, offer_id=new(OfferId), **where),
    )


async def of_templates(http: httpx.AsyncClient, person_id: str) -> dict[str, str]:
    return {one["template"]: one["state"] for one in await messages_to(http, person_id)}


async def test_preferences_are_read_set_and_guarded(
    notifications: LocalRun, whisper: Post, http: httpx.AsyncClient
) -> None:
    candidate = new(CandidateId)
    await whisper(contact(candidate))
    await at_rest(http)
    own = {"Authorization": f"Bearer {notifications.token('candidate', person_id=candidate)}"}
    other = {"Authorization": f"Bearer {notifications.token('candidate')}"}
    path = f"/preferences/{candidate}"
    read = await http.get(path, headers=own)
    assert read.json() == {
        "person_id": candidate,
        "channel": "email",
        "when": "at-once",
        "quiet": False,
        "off": [],
        "may_be_off": [
            "candidate-relocated",
            "lessons-finished",
            "match-made",
            "proposals",
            "showcase-scheduled",
        ],
    }
    body = {"language": "ja", "off": ["proposals"]}
    assert (await http.put(path, json=body, headers=own)).status_code == 428
    changed = await http.put(path, json=body, headers=own | {"If-Match": read.headers["ETag"]})
    assert (changed.status_code, changed.json()["off"], changed.headers["ETag"]) == (
        200,
        ["proposals"],
        '"1"',
    )
    assert (await wish(http, candidate, version=read.headers["ETag"], quiet=True)).status_code == 412
    assert (await http.get(path, headers=own)).json() == changed.json()
    assert (await http.get(path, headers=other)).status_code == 403


async def test_what_everybody_gets_cannot_be_switched_off(whisper: Post, http: httpx.AsyncClient) -> None:
    candidate = new(CandidateId)
    await whisper(contact(candidate))
    await at_rest(http)
    answer = await wish(http, candidate, off=["proposals", "offer-made"])
    assert (answer.status_code, answer.json()["type"]) == (422, "invalid")
    assert [one["where"] for one in answer.json()["errors"]] == ["body.off.1"]


async def test_nobody_has_preferences_before_they_are_known_or_after_they_were_erased(
    tell: Post, whisper: Post, http: httpx.AsyncClient
) -> None:
    candidate = new(CandidateId)
    early = await http.get(f"/preferences/{candidate}")
    assert (early.status_code, early.json()["type"]) == (409, "not-known-yet")
    await whisper(contact(candidate))
    await at_rest(http)
    assert (await wish(http, candidate, quiet=True)).status_code == 200
    await tell(like(CandidateErased, candidate_id=candidate))
    await at_rest(http)
    assert (await http.get(f"/preferences/{candidate}")).status_code == 404
    assert (await wish(http, candidate, version="*")).status_code == 404


async def test_a_message_that_is_switched_off_is_in_the_inbox_alone(
    tell: Post, whisper: Post, mailbox: Mailbox, http: httpx.AsyncClient
) -> None:
    candidate = new(CandidateId)
    await whisper(contact(candidate))
    await at_rest(http)
    await wish(http, candidate, quiet=True, language="ja")
    await matched(tell, candidate)
    mail = await mailbox.one(candidate, "offer-made")
    assert mail["Content-Language"] == "ja"
    assert "List-Unsubscribe" not in mail
    await until_states(http, candidate, "kept", "sent")
    inbox = (await http.get(f"/inbox/{candidate}")).json()["items"]
    assert all(one["text"] for one in inbox)
    assert len(mailbox.to(candidate)) == 1


async def test_what_can_wait_comes_in_the_evening_where_that_is_wished(
    notifications: LocalRun, tell: Post, whisper: Post, mailbox: Mailbox, http: httpx.AsyncClient
) -> None:
    candidate = new(CandidateId)
    await whisper(contact(candidate))
    await at_rest(http)
    await wish(http, candidate, when="evening")
    await matched(tell, candidate)
    await until_states(http, candidate, "gathering", "sent")
    assert await of_templates(http, candidate) == {"match-made": "gathering", "offer-made": "sent"}
    while (await of_templates(http, candidate))["match-made"] == "gathering":
        await move_clock(notifications, http)
    mail = await mailbox.one(candidate, "match-made")
    assert mail["Date"].datetime.hour in {15, 16}  # 18:00 in Kyiv, in UTC


async def test_one_click_switches_messages_like_it_off(
    tell: Post, whisper: Post, mailbox: Mailbox, http: httpx.AsyncClient
) -> None:
    candidate = new(CandidateId)
    await whisper(contact(candidate))
    await matched(tell, candidate)
    mail = await mailbox.one(candidate, "match-made")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    base, _, token = mail["List-Unsubscribe"].strip("<>").rpartition("/unsubscribe/")
    assert base == REACHED_AT
    async with httpx.AsyncClient(base_url=http.base_url, trust_env=False) as program:
        for _ in range(2):
            answer = await program.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
            assert (answer.status_code, answer.json()) == (
                200,
                {"person_id": candidate, "template": "match-made"},
            )
        assert (await program.post(f"/unsubscribe/{'0' * 96}")).status_code == 404
        assert (await program.post("/unsubscribe/0")).status_code == 422
    read = await http.get(f"/preferences/{candidate}")
    assert (read.json()["off"], read.headers["ETag"]) == (["match-made"], '"1"')
    await matched(tell, candidate)
    await until_states(http, candidate, "sent", "sent", "sent", "kept")
    await tell(like(CandidateErased, candidate_id=candidate))
    await at_rest(http)
    assert (await http.post(f"/unsubscribe/{token}")).status_code == 404


async def test_staff_may_switch_off_theirs(notifications: LocalRun, http: httpx.AsyncClient) -> None:
    member = PersonId("5b" * 16)
    own = {"Authorization": f"Bearer {notifications.token('staff', person_id=member)}"}
    read = (await http.get(f"/preferences/{member}", headers=own)).json()
    assert read["may_be_off"] == ["offer-accepted", "round-closed"]
