"""Links, tokens and what a candidate may do with them; changes, and the events that they lead to."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from deploy.local.run import LocalRun
from shared.events import private
from shared.storage.client import Client, database
from shared.web.idempotency import hashed
from tests.harness.history import Told, read_history
from tests.harness.intake import IntakeApi, Postbox, bearer, created, new_key
from tests.harness.waiting import eventually


@pytest.fixture
async def api(api: IntakeApi) -> IntakeApi:
    await api.open_round()
    return api


async def exchange(api: IntakeApi, code: str, key: dict[str, str] | None = None) -> httpx.Response:
    return await api.http.post("/links/exchange", json={"code": code}, headers=key or {})


async def enter(api: IntakeApi, candidate_id: str) -> dict[str, str]:
    """Exchange a candidate's code for a token, and return the header that carries it."""
    code = await Postbox(api.run).newest_code(candidate_id)
    return bearer((await exchange(api, code)).json()["access_token"])


async def events_of(intake: LocalRun, candidate_id: str, count: int) -> list[Told]:
    async def look() -> list[Told] | None:
        found = [one for one in await read_history(intake.amqp_url) if one.subject == candidate_id]
        return found if len(found) >= count else None

    return await eventually(look, f"{count} events about the candidate")


async def test_a_code_works_once_or_with_the_same_key_again(api: IntakeApi) -> None:
    made = created(await api.apply())
    code, key = await Postbox(api.run).newest_code(made["candidate_id"]), new_key()
    first = await exchange(api, code, key)
    assert first.status_code == 200
    assert first.json()["candidate_id"] == made["candidate_id"]
    again = await exchange(api, code, key)
    assert again.json()["access_token"] == first.json()["access_token"]
    for other in (new_key(), None):
        refused = await exchange(api, code, other)
        assert (refused.status_code, refused.json()["type"]) == (400, "link-not-valid")


async def test_of_two_at_once_one_gets_the_token(api: IntakeApi) -> None:
    made = created(await api.apply())
    code = await Postbox(api.run).newest_code(made["candidate_id"])
    answers = await asyncio.gather(*(exchange(api, code, new_key()) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [200, 400, 400, 400, 400]


async def test_a_code_that_has_run_out_or_never_was_one_gives_nothing(api: IntakeApi, client: Client) -> None:
    made = created(await api.apply())
    code = await Postbox(api.run).newest_code(made["candidate_id"])
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    links = database(client, api.run.database_of("intake"))["links"]
    assert (await links.update_one({"_id": hashed(code)}, {"$set": {"expires_at": past}})).matched_count == 1
    for wrong in (code, "x" * 43):
        answer = await exchange(api, wrong)
        assert (answer.status_code, answer.json()["type"]) == (400, "link-not-valid")
    answer = await exchange(api, "not a code")
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "body.code")
    assert "not a code" not in answer.text


async def test_a_token_opens_its_own_application_and_no_other(api: IntakeApi) -> None:
    mine, other = created(await api.apply()), created(await api.apply())
    token = await enter(api, mine["candidate_id"])
    own = await api.http.get(f"/applications/{mine['application_id']}", headers=token)
    assert (own.status_code, own.json()["state"]) == (200, "applied")
    path = f"/applications/{other['application_id']}"
    refused = [
        await api.http.get(path, headers=token),
        await api.http.patch(path, json={"country": "PT"}, headers=token | {"If-Match": "*"}),
        await api.http.post(f"{path}/withdrawal", json={}, headers=token),
        await api.http.delete(f"/candidates/{other['candidate_id']}", headers=token),
        await api.http.post(f"/applications/{mine['application_id']}/shortlisting", headers=token),
        await api.http.get("/applications", headers=token),
        await api.http.get("/rounds", headers=token),
    ]
    assert [(one.status_code, one.json()["type"]) for one in refused] == [(403, "forbidden")] * 7
    assert (await api.http.get(path)).status_code == 401


async def test_whoever_comes_by_a_link_finds_their_applications_the_newest_first(api: IntakeApi) -> None:
    address = f"{secrets.token_hex(6)}@mail.example"
    first = created(await api.apply(contact__email=address))
    await api.apply(contact__email=address)
    await api.open_round()
    await api.apply(contact__email=address)
    token = await enter(api, first["candidate_id"])
    answer = await api.http.get(f"/candidates/{first['candidate_id']}/applications", headers=token)
    newest, oldest = answer.json()["items"]
    assert (newest["state"], oldest["state"]) == ("applied", "applied")
    assert newest["applied_at"] > oldest["applied_at"]
    assert oldest["application_id"] == first["application_id"]
    other = created(await api.apply())
    refused = await api.http.get(f"/candidates/{other['candidate_id']}/applications", headers=token)
    assert (refused.status_code, refused.json()["type"]) == (403, "forbidden")


async def test_a_new_link_is_sent_to_whom_it_is_for_and_the_answer_is_always_the_same(
    api: IntakeApi,
) -> None:
    made = created(await api.apply(contact__email="Lost.Link@mail.example"))
    known = await api.http.post("/links", json={"email": "lost.link@MAIL.example"})
    unknown = await api.http.post("/links", json={"email": "nobody@mail.example"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.status_code == 202
    postbox = Postbox(api.run)
    [notice] = await postbox.wait_for(private.Notice, made["candidate_id"])
    assert notice.template == "link"
    newest = await postbox.newest_code(made["candidate_id"], 2)
    assert (await exchange(api, newest)).status_code == 200


async def test_a_contact_is_sent_before_its_code(api: IntakeApi) -> None:
    made = created(await api.apply())
    postbox = Postbox(api.run)
    await postbox.newest_code(made["candidate_id"])
    own = [one for one in postbox.messages if one.person_id == made["candidate_id"]]
    assert [one.kind for one in own] == ["contact", "link-code"]


async def test_a_change_needs_the_version_that_it_is_a_change_of(api: IntakeApi) -> None:
    made = created(await api.apply())
    path, token = f"/applications/{made['application_id']}", await enter(api, made["candidate_id"])
    read = await api.http.get(path, headers=token)
    tag = {"If-Match": read.headers["etag"]}
    missing = await api.http.patch(path, json={"country": "PT"}, headers=token)
    assert (missing.status_code, missing.json()["type"]) == (428, "if-match-missing")

    changed = await api.http.patch(path, json={"country": "PT"}, headers=token | tag)
    assert (changed.status_code, changed.json()["country"]) == (200, "PT")
    again = await api.http.get(path, headers=token)
    assert again.headers["etag"] == changed.headers["etag"] != read.headers["etag"]
    assert again.json() == changed.json() == read.json() | {"country": "PT"}
    outdated = await api.http.patch(path, json={"country": "LV"}, headers=token | tag)
    assert (outdated.status_code, outdated.json()["type"]) == (412, "changed-since")


async def test_of_two_changes_at_once_one_counts(api: IntakeApi) -> None:
    made = created(await api.apply())
    path = f"/applications/{made['application_id']}"
    read = await api.http.get(path, headers=api.staff)
    headers = api.staff | {"If-Match": read.headers["etag"]}
    answers = await asyncio.gather(
        *(api.http.patch(path, json={"country": one}, headers=headers) for one in ("PT", "LV", "DE"))
    )
    assert sorted(one.status_code for one in answers) == [200, 412, 412]


async def test_an_update_is_told_when_something_public_has_changed(api: IntakeApi) -> None:
    made = created(await api.apply())
    candidate_id = made["candidate_id"]
    path, headers = f"/applications/{made['application_id']}", api.staff | {"If-Match": "*"}
    read = (await api.http.get(path, headers=api.staff)).json()
    contact = read["contact"] | {"phone": "+48 22 123 45 67"}
    changes: list[dict[str, object]] = [
        {},
        {"country": read["country"], "contact": read["contact"]},
        {"contact": contact},
        {"time_zone": "Europe/Lisbon"},
    ]
    tags = []
    for change in changes:
        answer = await api.http.patch(path, json=change, headers=headers)
        assert answer.status_code == 200
        tags.append(answer.headers["etag"])
    assert tags[0] == tags[1]
    assert len(set(tags)) == 3
    await api.decide(made["application_id"], "shortlisting")

    contacts = await Postbox(api.run).wait_for(private.Contact, candidate_id, 3)
    assert [(one.addresses.phone, one.time_zone) for one in contacts] == [
        (None, "Europe/Warsaw"),
        ("+48 22 123 45 67", "Europe/Warsaw"),
        ("+48 22 123 45 67", "Europe/Lisbon"),
    ]
    told = await events_of(api.run, candidate_id, 3)
    assert [(one.type, one.sequence) for one in told] == [
        ("candidate-applied", 1),
        ("candidate-updated", 2),
        ("candidate-shortlisted", 3),
    ]
    assert told[1].data == {
        "candidate_id": candidate_id,
        "time_zone": "Europe/Lisbon",
        **{name: read[name] for name in ("country", "profile", "language", "wants_lessons")},
    }


async def test_the_address_that_says_who_somebody_is_stays(api: IntakeApi) -> None:
    made = created(await api.apply())
    path = f"/applications/{made['application_id']}"
    contact = {"name": "李", "email": "another@mail.example"}
    answer = await api.http.patch(path, json={"contact": contact}, headers=api.staff | {"If-Match": "*"})
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "body.contact.email")
    assert "another@" not in answer.text


async def test_a_trace_goes_on_into_the_event_and_nothing_else_does(api: IntakeApi) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    good = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"} | new_key()
    bad = {"traceparent": f"00-{'my-name-is-secret':z<32}-00f067aa0ba902b7-01"} | new_key()
    for headers, expected in ((good, True), (bad, False)):
        made = created(await api.apply(headers))
        [told] = await events_of(api.run, made["candidate_id"], 1)
        sent = str(told.headers["cloudEvents_traceparent"])
        assert (sent.split("-")[1] == trace) is expected
        assert "secret" not in sent
