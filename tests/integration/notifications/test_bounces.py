"""Mail that comes back, and messages that are only looked at."""

import httpx

from deploy.local.run import LocalRun
from shared.events.ids import CandidateId, MessageId
from shared.events.intake import CandidatePromoted, CandidateShortlisted
from shared.events.private import Addresses
from shared.ids import new
from tests.harness.history import read_history
from tests.harness.notifications import (
    NAME,
    Mailbox,
    Post,
    at_rest,
    contact,
    messages_to,
    until_states,
)
from tests.unit.notifications.builders import like


async def bounce(http: httpx.AsyncClient, message_id: str, kind: str = "hard") -> httpx.Response:
    return await http.post("/bounces", json={"message_id": message_id, "kind": kind})


async def test_nothing_more_goes_to_an_address_that_bounced_until_it_is_another_one(
    notifications: LocalRun, tell: Post, whisper: Post, mailbox: Mailbox, http: httpx.AsyncClient
) -> None:
    candidate = new(CandidateId)
    await whisper(contact(candidate))
    await tell(like(CandidatePromoted, candidate_id=candidate))
    await until_states(http, candidate, "sent")
    [message] = await messages_to(http, candidate)
    assert (await bounce(http, message["message_id"], "soft")).json()["state"] == "sent"
    for _ in range(2):
        answer = (await bounce(http, message["message_id"])).json()
        assert (answer["state"], answer["reason"]) == ("failed", "bounced")

    await whisper(contact(candidate, name="Łukasz"))  # the same address
    await tell(like(CandidateShortlisted, candidate_id=candidate))
    await until_states(http, candidate, "failed", "failed")
    await whisper(contact(candidate, addresses=Addresses(email=f"{candidate[:8]}@other.example")))
    await at_rest(http)
    await tell(like(CandidateShortlisted, candidate_id=candidate))
    await until_states(http, candidate, "failed", "failed", "sent")

    assert (await bounce(http, message["message_id"])).status_code == 200  # of the address before
    await tell(like(CandidateShortlisted, candidate_id=candidate))
    await until_states(http, candidate, "failed", "failed", "sent", "sent")
    await at_rest(http)
    ours = [one for one in await read_history(notifications.amqp_url) if one.subject == message["message_id"]]
    assert [(one.type, one.data.get("reason")) for one in ours] == [
        ("message-sent", None),
        ("message-failed", "bounced"),
    ]
    assert len(mailbox.to(candidate)) == 3


async def test_only_what_was_sent_can_come_back(
    notifications: LocalRun, tell: Post, http: httpx.AsyncClient
) -> None:
    candidate = new(CandidateId)
    await tell(like(CandidatePromoted, candidate_id=candidate))
    await until_states(http, candidate, "waiting")
    [message] = await messages_to(http, candidate)
    assert (await bounce(http, message["message_id"])).json()["type"] == "wrong-state"
    assert (await bounce(http, new(MessageId))).status_code == 404
    http.headers["Authorization"] = f"Bearer {notifications.token('candidate')}"
    assert (await bounce(http, message["message_id"])).status_code == 403


async def test_a_message_is_previewed_in_a_language_and_nothing_is_sent(http: httpx.AsyncClient) -> None:
    before = (await http.get("/readyz")).json()["published"]
    body = {
        "role": "candidate",
        "template": "offer-made",
        "language": "ja",
        "name": NAME,
        "facts": [{"firm_name": "縁ソフト", "salary": 6_100_000}],
    }
    shown = (await http.post("/messages/preview", json=body)).json()
    assert shown["language"] == "ja"
    assert NAME in shown["text"]
    assert "縁ソフト" in shown["text"]
    plain = (await http.post("/messages/preview", json={"role": "firm", "template": "proposals"})).json()
    assert plain["subject"]
    assert (await http.get("/readyz")).json()["published"] == before
    for wrong, where in (
        ({"role": "firm", "template": "offer-made"}, "body.template"),
        ({**body, "facts": [{"salery": 1}]}, "body.facts.0.salery"),
    ):
        answer = await http.post("/messages/preview", json=wrong)
        assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, where)
