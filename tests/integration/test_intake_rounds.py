"""Rounds when many come at once: places, the waitlist, and who came too late."""

import asyncio
from collections import Counter

import httpx

from deploy.local.run import LocalRun
from shared.events import private
from tests.harness.history import Told, read_history
from tests.harness.intake import IntakeApi, Postbox, application, bearer, created, new_key
from tests.harness.waiting import eventually


async def told_of(intake: LocalRun, subject: str, count: int) -> list[Told]:
    """Return a subject's events as soon as there are so many in the history."""

    async def look() -> list[Told] | None:
        found = [one for one in await read_history(intake.amqp_url) if one.subject == subject]
        return found if len(found) >= count else None

    return await eventually(look, f"{count} events about {subject}")


async def test_forty_at_once_get_exactly_the_places_that_there_are(api: IntakeApi, intake: LocalRun) -> None:
    round_id = await api.open_round(capacity=30, waitlist=5)
    keys = [new_key() for _ in range(40)]
    bodies = [application() for _ in range(40)]

    async def send(place: int) -> httpx.Response:
        return await api.http.post("/applications", json=bodies[place], headers=keys[place])

    answers = await asyncio.gather(*(send(one) for one in range(40)))
    assert Counter(one.status_code for one in answers) == {201: 35, 409: 5}
    taken = [one.json() for one in answers if one.status_code == 201]
    assert Counter(one["state"] for one in taken) == {"applied": 30, "waitlisted": 5}
    assert sorted(one["waitlist_place"] for one in taken if "waitlist_place" in one) == [1, 2, 3, 4, 5]
    late = [one for one in range(40) if answers[one].status_code == 409]
    assert {answers[one].json()["type"] for one in late} == {"round-closed"}
    assert "close early" in answers[late[0]].json()["detail"]

    again = await asyncio.gather(*(send(one) for one in late))
    assert {one.status_code for one in again} == {409}
    found = await api.round(round_id)
    assert {name: found[name] for name in ("state", "reason", "taken", "waitlisted", "refused")} == {
        "state": "closed",
        "reason": "full",
        "taken": 30,
        "waitlisted": 5,
        "refused": 5,
    }
    opened, closed = await told_of(intake, round_id, 2)
    assert (opened.type, opened.sequence, closed.type, closed.sequence) == (
        "round-opened",
        1,
        "round-closed",
        2,
    )
    assert closed.data == {"round_id": round_id, "reason": "full", "taken": 30, "waitlisted": 5}
    applied = [
        one
        for one in await read_history(intake.amqp_url)
        if one.type == "candidate-applied" and one.data["round_id"] == round_id
    ]
    assert len({one.subject for one in applied}) == 35
    assert {one.sequence for one in applied} == {1}


async def test_the_same_key_twice_at_once_is_one_application(api: IntakeApi) -> None:
    round_id = await api.open_round()
    key, body = new_key(), application()
    answers = await asyncio.gather(
        *(api.http.post("/applications", json=body, headers=key) for _ in range(5))
    )
    assert {one.status_code for one in answers} <= {201, 409}
    assert {one.json()["type"] for one in answers if one.status_code == 409} <= {"still-at-work"}
    assert len({one.json()["application_id"] for one in answers if one.status_code == 201}) == 1
    assert len(await api.applications(round_id=round_id)) == 1


async def test_the_same_person_twice_at_once_is_one_and_a_repeat_which_the_answer_does_not_tell(
    api: IntakeApi, intake: LocalRun
) -> None:
    round_id = await api.open_round()
    email = "Same.Person@mail.example"
    answers = await asyncio.gather(api.apply(contact__email=email), api.apply(contact__email=email.upper()))
    first, second = (created(one) for one in answers)
    assert first.keys() == second.keys()
    assert first["state"] == second["state"] == "applied"
    assert first["candidate_id"] != second["candidate_id"]
    assert first["application_id"] != second["application_id"]

    found = {one["application_id"]: one for one in await api.applications(round_id=round_id)}
    assert sorted(one["state"] for one in found.values()) == ["applied", "repeat"]
    assert len({one["candidate_id"] for one in found.values()}) == 1
    assert (await api.round(round_id))["taken"] == 1
    candidate_id = next(iter(found.values()))["candidate_id"]
    notices = await Postbox(intake).wait_for(private.Notice, candidate_id)
    assert [one.template for one in notices] == ["already-applied"]
    told = await told_of(intake, candidate_id, 1)
    assert [one.type for one in told] == ["candidate-applied"]


async def test_who_has_withdrawn_and_applies_again_in_that_round_is_a_repeat(api: IntakeApi) -> None:
    round_id = await api.open_round()
    email = "comes-back@mail.example"
    first = created(await api.apply(contact__email=email))
    ended = await api.http.post(
        f"/applications/{first['application_id']}/withdrawal", json={}, headers=api.staff
    )
    assert ended.json()["state"] == "withdrawn"
    created(await api.apply(contact__email=email))
    assert sorted(one["state"] for one in await api.applications(round_id=round_id)) == [
        "repeat",
        "withdrawn",
    ]


async def test_a_place_that_is_given_back_goes_to_whom_staff_promote_and_not_to_who_comes_next(
    api: IntakeApi, intake: LocalRun
) -> None:
    round_id = await api.open_round(capacity=1, waitlist=5)
    first = created(await api.apply())
    second = created(await api.apply())
    assert (second["state"], second["waitlist_place"]) == ("waitlisted", 1)
    early = await api.decide(second["application_id"], "promotion")
    assert (early.status_code, early.json()["type"]) == (409, "wrong-state")

    token = bearer(intake.token("candidate", person_id=first["candidate_id"]))
    path = f"/applications/{first['application_id']}/withdrawal"
    for _ in range(2):
        withdrawn = await api.http.post(path, json={"reason": "family"}, headers=token)
        assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")
    third = created(await api.apply())
    assert (third["state"], third["waitlist_place"]) == ("waitlisted", 2)
    for _ in range(2):
        promoted = await api.decide(second["application_id"], "promotion")
        assert (promoted.status_code, promoted.json()["state"]) == (200, "applied")
    assert (await api.decide(third["application_id"], "promotion")).status_code == 409
    assert (await api.round(round_id))["taken"] == 1

    told = await told_of(intake, second["candidate_id"], 2)
    assert [(one.type, one.sequence) for one in told] == [("candidate-applied", 1), ("candidate-promoted", 2)]
    told = await told_of(intake, first["candidate_id"], 2)
    assert told[1].data == {
        "candidate_id": first["candidate_id"],
        "application_id": first["application_id"],
        "reason": "family",
    }


async def test_staff_shortlist_who_has_a_place_and_decline_whom_they_must(api: IntakeApi) -> None:
    await api.open_round(capacity=1, waitlist=5)
    first, second = created(await api.apply()), created(await api.apply())
    waiting = await api.decide(second["application_id"], "shortlisting")
    assert (waiting.status_code, waiting.json()["type"]) == (409, "wrong-state")
    for _ in range(2):
        answer = await api.decide(first["application_id"], "shortlisting")
        assert (answer.status_code, answer.json()["state"]) == (200, "shortlisted")
    for _ in range(2):
        answer = await api.decide(second["application_id"], "decline", {"reason": "round-full"})
        assert (answer.status_code, answer.json()["state"]) == (200, "declined")
    assert (await api.decide(second["application_id"], "promotion")).status_code == 409


async def test_in_another_round_it_is_the_same_candidate(api: IntakeApi, intake: LocalRun) -> None:
    await api.open_round()
    email = "every-year@mail.example"
    first = created(await api.apply(contact__email=email))
    await api.open_round()
    second = created(await api.apply(contact__email=email, country="PT"))
    assert second["candidate_id"] == first["candidate_id"]
    assert second["application_id"] != first["application_id"]
    told = await told_of(intake, first["candidate_id"], 2)
    assert [(one.sequence, one.data["country"]) for one in told] == [(1, "PL"), (2, "PT")]


async def test_a_round_that_closed_early_leaves_its_days_to_another(api: IntakeApi) -> None:
    await api.open_round(capacity=1, waitlist=0)
    body = {"capacity": 1, "opens_on": "2020-01-01", "closes_on": "2099-12-31"}
    overlapping = await api.http.post("/rounds", json=body, headers=api.staff | new_key())
    assert (overlapping.status_code, overlapping.json()["type"]) == (409, "rounds-overlap")
    created(await api.apply())
    created(await api.http.post("/rounds", json=body, headers=api.staff | new_key()))


async def test_a_round_that_is_planned_takes_nobody_yet(api: IntakeApi) -> None:
    current = (await api.http.get("/rounds/current")).json()
    if "round_id" in current:
        await api.http.post(f"/rounds/{current['round_id']}/closing", headers=api.staff)
    body = {"capacity": 1, "opens_on": "2098-01-01", "closes_on": "2098-02-01"}
    planned = created(await api.http.post("/rounds", json=body, headers=api.staff | new_key()))
    refused = await api.apply(round_id=planned["round_id"])
    assert (refused.status_code, refused.json()["type"]) == (409, "round-closed")
    assert "opens on 2098-01-01" in refused.json()["detail"]
    none = await api.http.get("/rounds/current")
    assert (none.status_code, none.json()["type"]) == (404, "no-round-open")


async def test_a_round_needs_its_days_in_order_and_ahead(api: IntakeApi) -> None:
    for days, where in (
        ({"opens_on": "2090-01-02", "closes_on": "2090-01-01"}, "body"),
        ({"opens_on": "2020-01-01", "closes_on": "2020-01-02"}, "body.closes_on"),
    ):
        answer = await api.http.post("/rounds", json={"capacity": 1, **days}, headers=api.staff | new_key())
        assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, where)
