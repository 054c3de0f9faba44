"""Personal data: kept as it was written, sealed, and gone when somebody is erased."""

import unicodedata

from deploy.local.run import LocalRun
from shared.events import private
from shared.storage.client import Client, database
from tests.harness.history import read_history
from tests.harness.intake import IntakeApi, Postbox, bearer, created
from tests.harness.waiting import eventually

NAMES = ["Łukasz", "О'Коннор", "李", unicodedata.normalize("NFD", "Zoë Gödel"), "Ångström", "ﬁona  Ω"]


async def dump(client: Client, intake: LocalRun) -> str:
    """Return all that lies in intake's database, as one text."""
    store = database(client, intake.database_of("intake"))
    found = []
    for name in await store.list_collection_names():
        found += [repr(one) for one in await store[name].find().to_list(None)]
    return "\n".join(found)


async def test_a_name_is_shown_and_sent_as_it_was_written(api: IntakeApi, intake: LocalRun) -> None:
    await api.open_round()
    postbox = Postbox(intake)
    for name in NAMES:
        made = created(await api.apply(contact__name=name))
        shown = await api.http.get(f"/applications/{made['application_id']}", headers=api.staff)
        assert shown.json()["contact"]["name"] == name
        [sent] = await postbox.wait_for(private.Contact, made["candidate_id"])
        assert sent.name == name
        assert (sent.role, sent.language, sent.time_zone) == ("candidate", "uk", "Europe/Warsaw")


async def test_who_somebody_is_lies_nowhere_in_the_clear(
    api: IntakeApi, intake: LocalRun, client: Client
) -> None:
    await api.open_round()
    contact = {
        "name": "Zdzisława Ясенко",
        "email": "Zdzislawa.Secret@mail.example",
        "phone": "+380 67 123 45 67",
        "telegram": "@zdzis_secret",
    }
    made = created(await api.apply(contact=contact))
    candidate_id = made["candidate_id"]
    postbox = Postbox(intake)
    [sent] = await postbox.wait_for(private.Contact, candidate_id)
    assert sent.addresses.model_dump() == {one: contact[one] for one in ("email", "phone", "telegram")}
    code = await postbox.newest_code(candidate_id)
    await api.http.post("/links", json={"email": contact["email"]})
    await postbox.newest_code(candidate_id, 2)

    await api.http.delete(f"/candidates/{'0' * 32}", headers=api.staff)
    stored, log = await dump(client, intake), intake.log_of("intake").read_text()
    history = "\n".join(repr(one) for one in await read_history(intake.amqp_url))
    sealed = "\n".join(one.decode() for one in postbox.sealed)
    for secret in (*contact.values(), contact["email"].casefold(), code, "Ясенко", "123 45"):
        assert secret not in stored, secret
        assert secret not in log
        assert secret not in history
        assert secret not in sealed


async def test_an_erased_person_is_gone(api: IntakeApi, intake: LocalRun, client: Client) -> None:
    round_id = await api.open_round()
    email = "forget-me@mail.example"
    made = created(await api.apply(contact__email=email))
    created(await api.apply(contact__email=email))
    candidate_id, application_id = made["candidate_id"], made["application_id"]
    candidate = bearer(intake.token("candidate", person_id=candidate_id))
    postbox = Postbox(intake)
    code = await postbox.newest_code(candidate_id, 2)

    other = await api.http.delete(
        f"/candidates/{candidate_id}", headers=bearer(intake.token("candidate", person_id="b" * 32))
    )
    assert other.status_code == 403
    for _ in range(2):
        erased = await api.http.delete(f"/candidates/{candidate_id}", headers=candidate)
        assert (erased.status_code, erased.content) == (204, b"")
    unknown = await api.http.delete(f"/candidates/{'0' * 32}", headers=api.staff)
    assert (unknown.status_code, unknown.json()["type"]) == (404, "not-found")

    store = database(client, intake.database_of("intake"))
    assert await store["keys"].find_one({"_id": candidate_id}) is None
    assert await store["people"].find_one({"candidate_id": candidate_id}) is None
    assert await store["links"].find_one({"candidate_id": candidate_id}) is None
    kept = await store["candidates"].find_one({"_id": candidate_id})
    assert kept is not None
    assert "record" not in kept

    async def bodies_dropped() -> bool:
        waiting = {"subject": candidate_id, "exchange": "private", "body": {"$exists": True, "$ne": b""}}
        return await store["outbox"].count_documents(waiting) == 0

    await eventually(bodies_dropped, "sealed bodies to leave the outbox")
    shown = (await api.http.get(f"/applications/{application_id}", headers=api.staff)).json()
    assert shown.keys() == {
        "application_id",
        "candidate_id",
        "round_id",
        "state",
        "applied_at",
        "channel",
    }
    assert (await api.round(round_id))["taken"] == 0
    exchanged = await api.http.post("/links/exchange", json={"code": code})
    assert (exchanged.status_code, exchanged.json()["type"]) == (400, "link-not-valid")
    await api.http.post("/links", json={"email": email})
    change = await api.http.patch(
        f"/applications/{application_id}", json={"country": "PT"}, headers=api.staff | {"If-Match": "*"}
    )
    assert (change.status_code, change.json()["type"]) == (409, "wrong-state")
    again = created(await api.apply(contact__email=email))
    assert again["candidate_id"] != candidate_id

    async def told() -> bool:
        events = [one for one in await read_history(intake.amqp_url) if one.subject == candidate_id]
        return [one.type for one in events] == ["candidate-applied", "candidate-erased"]

    await eventually(told, "applied and erased, and nothing else, in the history")
