"""A person's export: all that intake holds about them."""

import json

from deploy.local.run import LocalRun
from shared.storage.client import Client, database
from tests.harness.intake import IntakeApi, bearer, created

CONTACT = {"name": "Zdzisława Ясенко", "email": "zdz@mail.example", "telegram": "@zdz_yasenko"}


async def test_a_person_gets_all_that_is_held_and_no_key(
    api: IntakeApi, intake: LocalRun, client: Client
) -> None:
    round_id = await api.open_round()
    made = created(await api.apply(contact=CONTACT, age_band="25-34", channel="linkedin"))
    repeat = created(await api.apply(contact=CONTACT))
    candidate_id = made["candidate_id"]
    own = bearer(intake.token("candidate", person_id=candidate_id))

    answer = await api.http.get(f"/candidates/{candidate_id}/export", headers=own)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    export = answer.json()
    record = export["record"]
    assert (record["contact"], record["age_band"], record["consent"]) == (CONTACT, "25-34", "2027-01")
    assert (record["country"], record["language"], record["wants_lessons"]) == ("PL", "uk", True)
    assert record["profile"]["skills"] == [{"name": "Python", "years": 6}]
    assert [(one["application_id"], one["state"]) for one in export["applications"]] == [
        (made["application_id"], "applied"),
        (repeat["application_id"], "repeat"),
    ]
    assert {one["round_id"] for one in export["applications"]} == {round_id}
    assert len(export["links"]) == 2

    store = database(client, intake.database_of("intake"))
    key = await store["keys"].find_one({"_id": candidate_id})
    kept = await store["candidates"].find_one({"_id": candidate_id})
    assert key is not None
    assert kept is not None
    for secret in (key["wrapped"], kept["record"]["contact"], kept["record"]["fingerprint"]):
        assert secret not in json.dumps(export)


async def test_it_is_for_that_person_and_staff_alone(api: IntakeApi, intake: LocalRun) -> None:
    await api.open_round()
    path = f"/candidates/{created(await api.apply())['candidate_id']}/export"
    assert (await api.http.get(path)).status_code == 401
    for role in ("candidate", "firm", "service"):
        other = bearer(intake.token(role, person_id="b" * 32))
        assert (await api.http.get(path, headers=other)).status_code == 403
    assert (await api.http.get(path, headers=api.staff)).status_code == 200
    unknown = await api.http.get(f"/candidates/{'0' * 32}/export", headers=api.staff)
    assert (unknown.status_code, unknown.json()["type"]) == (404, "not-found")


async def test_of_who_was_erased_hardly_anything_is_left(api: IntakeApi) -> None:
    await api.open_round()
    made = created(await api.apply())
    await api.http.delete(f"/candidates/{made['candidate_id']}", headers=api.staff)
    export = (await api.http.get(f"/candidates/{made['candidate_id']}/export", headers=api.staff)).json()
    assert "record" not in export
    assert export["links"] == []
    (application,) = export["applications"]
    assert (application["application_id"], application["state"]) == (made["application_id"], "erased")
