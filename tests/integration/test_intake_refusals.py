"""What intake says to requests that are not right, and that nothing of them stays."""

import base64
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from deploy.local.run import LocalRun
from shared.keyfiles import load_key
from shared.storage.client import Client, database
from tests.harness.intake import IntakeApi, application, bearer, new_key

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
async def _open_round(intake: LocalRun) -> None:
    async with httpx.AsyncClient(base_url=intake.urls["intake"]) as http:
        await IntakeApi(http, intake).open_round()


def written(**changes: Any) -> bytes:
    """Write an application as JSON; escapes let half a surrogate pair through."""
    return json.dumps(application(**changes)).encode()


async def everything(client: Client, intake: LocalRun) -> dict[str, list[dict[str, Any]]]:
    """Return all that lies in intake's database but leases, which live on."""
    store = database(client, intake.database_of("intake"))
    names = sorted(await store.list_collection_names())
    return {name: await store[name].find().sort("_id", 1).to_list(None) for name in names if name != "leases"}


WRONG_FIELDS: list[tuple[dict[str, Any], str, str]] = [
    ({"nick": "Secret"}, "body.nick", "There is no such field here; there are: round_id, contact, country"),
    ({"contact__nmae": "Secret"}, "body.contact.nmae", "name, email, phone, telegram"),
    (
        {"profile__skills": [{"name": "C", "years": 1, "level": "Secret"}]},
        "body.profile.skills.0.level",
        "name, years",
    ),
    ({"wants_lessons": "Secret"}, "body.wants_lessons", "true or false"),
    ({"profile__years_of_experience": "Secret"}, "body.profile.years_of_experience", "number"),
    ({"profile__years_of_experience": 10**400}, "body.profile.years_of_experience", "number"),
    ({"profile__expected_salary": 10**30}, "body.profile.expected_salary", "1000000000"),
    ({"contact__email": "Secret"}, "body.contact.email", "an e-mail address, such as"),
    ({"contact__email": "me@Secret.invalid"}, "body.contact.email", "an e-mail address, such as"),
    ({"contact__email": "Secret <a@mail.example>"}, "body.contact.email", "an e-mail address, such as"),
    ({"contact__email": "\ud800@mail.example"}, "body.contact.email", "an e-mail address, such as"),
    ({"contact__name": " \u3000"}, "body.contact.name", "at least one letter"),
    ({"contact__name": "Secret\0"}, "body.contact.name", "pattern"),
    ({"contact__name": "Secret\ud800"}, "body.contact.name", "Unicode"),
    ({"contact__phone": "Secret"}, "body.contact.phone", "digits, spaces"),
    ({"contact__telegram": "t.me/Secret"}, "body.contact.telegram", "handle"),
    ({"contact": ["Secret"]}, "body.contact", "JSON object"),
    ({"profile__skills": {"Secret": 1}}, "body.profile.skills", "JSON array"),
    ({"country": "XX"}, "body.country", "ISO 3166-1"),
    ({"country": "Secret"}, "body.country", "ISO 3166-1"),
    ({"language": "Secret!"}, "body.language", "BCP 47"),
    ({"time_zone": "Secret/City"}, "body.time_zone", "IANA"),
    ({"channel": "Secret"}, "body.channel", "telegram"),
    ({"consent": "Secret notice"}, "body.consent", "privacy notice"),
    ({"round_id": "Secret"}, "body.round_id", "32 lower-case hex digits"),
    ({"round_id": "0" * 32}, "body.round_id", "no such round"),
    (
        {"profile__skills": [{"name": "call +380 67 123 45 67", "years": 1}]},
        "body.profile.skills.0.name",
        "phone number",
    ),
    ({"profile__roles": ["Secret@home"]}, "body.profile.roles.0", "letters, digits, spaces"),
    ({"profile__available_from": "14.05.2027"}, "body.profile.available_from", "2027-05-14"),
]


@pytest.mark.parametrize(("changes", "where", "said"), WRONG_FIELDS)
@pytest.mark.usefixtures("_open_round")
async def test_a_wrong_field_is_named_with_what_would_be_right_and_without_its_value(
    api: IntakeApi, changes: dict[str, Any], where: str, said: str
) -> None:
    answer = await api.http.post("/applications", content=written(**changes), headers=JSON | new_key())
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    problem = answer.json()
    assert problem["type"] == "invalid"
    assert [error["where"] for error in problem["errors"]] == [where]
    assert said in problem["errors"][0]["message"]
    assert "Secret" not in answer.text
    assert "67 123" not in answer.text


WRONG_BODIES: list[tuple[bytes, dict[str, str], int, str, str]] = [
    (b"hello", JSON, 400, "not-json", "line 1, column 1"),
    (b"{'a': 1}", JSON, 400, "not-json", "line 1, column 2"),
    (b'{"a": "\xff"}', JSON, 400, "not-json", "UTF-8"),
    (b'{"a": "\0"}', JSON, 400, "not-json", "control character"),
    (b'{"a": NaN}', JSON, 400, "not-json", "NaN"),
    (b'{"a": 1, "b": 2, "a": 3}', JSON, 400, "not-json", "twice in one object: a"),
    (b"[" * 100_000, JSON, 400, "not-json", "nested"),
    (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, JSON, 400, "not-json", "nested"),
    (b'{"a": 1' + b"0" * 5_000 + b"}", JSON, 400, "not-json", "digits"),
    (b'{"a": 1}', {"Content-Type": "text/plain"}, 415, "wrong-media-type", "application/json"),
    (b'{"a": 1}', {}, 415, "wrong-media-type", "application/json"),
    (b"\x1f\x8b", JSON | {"Content-Encoding": "gzip"}, 415, "wrong-media-type", "Content-Encoding"),
    (b"[]", JSON, 422, "invalid", "JSON object"),
    (b'"x"', JSON, 422, "invalid", "JSON object"),
    (b"null", JSON, 422, "invalid", "JSON object"),
    (b"", JSON, 422, "invalid", "A body is needed"),
    (b'{"\\ud800": 1}', JSON, 422, "invalid", "Unicode"),
    (b" " * 300_000, JSON, 413, "too-large", "262144 bytes"),
]


@pytest.mark.parametrize(("body", "headers", "status", "type_", "said"), WRONG_BODIES)
async def test_a_body_that_cannot_be_read_is_refused_with_its_reason(
    api: IntakeApi, body: bytes, headers: dict[str, str], status: int, type_: str, said: str
) -> None:
    answer = await api.http.post("/applications", content=body, headers=headers | new_key())
    assert (answer.status_code, answer.json()["type"]) == (status, type_), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.text


async def test_a_body_in_pieces_is_refused_once_it_is_too_large(api: IntakeApi) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 10_000

    answer = await api.http.post("/applications", content=pieces(), headers=JSON | new_key())
    assert (answer.status_code, answer.json()["type"]) == (413, "too-large")


async def test_of_very_many_wrong_fields_the_first_are_shown(api: IntakeApi) -> None:
    answer = await api.http.post(
        "/applications", json={str(one): 1 for one in range(20_000)}, headers=new_key()
    )
    assert len(answer.json()["errors"]) == 50
    assert answer.json()["detail"] == "the first 50 of 20007 are shown"


@pytest.mark.usefixtures("_open_round")
async def test_a_key_is_needed_and_has_one_body(api: IntakeApi) -> None:
    missing = await api.http.post("/applications", json=application())
    assert (missing.status_code, missing.json()["type"]) == (400, "idempotency-key-missing")
    long = await api.apply({"Idempotency-Key": "k" * 256})
    assert (long.status_code, long.json()["errors"][0]["where"]) == (422, "header.Idempotency-Key")
    key, body = new_key(), application()
    first = await api.http.post("/applications", json=body, headers=key)
    again = await api.http.post("/applications", json=body, headers=key)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    other = await api.http.post("/applications", json=application(), headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "idempotency-key-reused")


@pytest.mark.usefixtures("_open_round")
async def test_nothing_of_a_refused_request_is_stored(
    api: IntakeApi, client: Client, intake: LocalRun
) -> None:
    key, body = new_key(), application()
    await api.http.post("/applications", json=body, headers=key)
    before = await everything(client, intake)
    for changes, _, _ in WRONG_FIELDS:
        await api.http.post("/applications", content=written(**changes), headers=JSON | new_key())
    for wrong, headers, *_ in WRONG_BODIES:
        await api.http.post("/applications", content=wrong, headers=headers | new_key())
    await api.http.post("/applications", json=application(), headers=key)
    await api.http.post("/rounds", json={"capacity": 1, "opens_on": "2020-01-01", "closes_on": "2020-01-02"})
    await api.http.post("/links/exchange", json={"code": "x" * 43})
    await api.http.post("/links", json={"email": "nobody@mail.example"})
    after = await everything(client, intake)
    # An entry of the outbox is marked as published in the meantime, and nothing else.
    assert {name: len(found) for name, found in after.items()} == {
        name: len(found) for name, found in before.items()
    }
    assert {name: found for name, found in after.items() if name != "outbox"} == {
        name: found for name, found in before.items() if name != "outbox"
    }


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/nowhere", 404, "not-found"),
        ("/applications/", 404, "not-found"),
        (f"/applications/{'0' * 32}", 404, "there is no such application"),
        ("/applications/x", 422, "path.application_id"),
        ("/rounds/%00", 422, "path.round_id"),
        ("/rounds/%ff", 422, "path.round_id"),
        ("/applications?cursor=!!!", 422, "query.cursor"),
        ("/applications?cursor=%00%ff", 422, "query.cursor"),
        ("/applications?limit=0", 422, "query.limit"),
        ("/applications?limit=many", 422, "query.limit"),
        ("/applications?limit=99999999999999999999999", 422, "query.limit"),
        ("/applications?state=lost", 422, "query.state"),
        ("/applications?country=poland", 422, "query.country"),
    ],
)
async def test_a_wrong_address_is_a_problem_too(api: IntakeApi, path: str, status: int, said: str) -> None:
    answer = await api.http.get(path, headers=api.staff)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert said in answer.text


async def test_a_wrong_method_is_a_problem_too(api: IntakeApi) -> None:
    answer = await api.http.put("/applications")
    assert (answer.status_code, answer.json()["type"]) == (405, "method-not-allowed")
    assert answer.headers["allow"]


def part(content: object) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def bad_tokens(run: LocalRun) -> dict[str, str]:
    """Make tokens that must open nothing."""
    issuer = RSAKey.import_key((run.keys_folder / "issuer.pem").read_bytes())
    intake = load_key(run.keys_folder / "intake-signing.pem")
    header = {"alg": "RS256", "kid": issuer.thumbprint()}
    claims: dict[str, Any] = {
        "iss": "http://issuer.local",
        "sub": "a" * 32,
        "roles": ["staff"],
        "exp": int(time.time()) + 600,
    }

    def signed(**changes: Any) -> str:
        kept = {name: value for name, value in (claims | changes).items() if value is not None}
        return jwt.encode(header, kept, issuer)

    good = signed()
    return {
        "garbage": "garbage",
        "three dots": "...",
        "no signature": f"{part({'alg': 'none'})}.{part(claims)}.",
        "none with a key": f"{part(header | {'alg': 'none'})}.{part(claims)}.",
        "no algorithm": f"{part({'kid': header['kid']})}.{part(claims)}.x",
        "odd key id": f"{part(header | {'kid': {'a': 1}})}.{part(claims)}.x",
        "odd crit": f"{part(header | {'crit': 5})}.{part(claims)}.x",
        "deeply nested": f"{part(b'[' * 20_000)}.{part(claims)}.x",
        "run out": signed(exp=int(time.time()) - 100),
        "without an end": signed(exp=None),
        "odd end": signed(exp="soon"),
        "not yet": signed(nbf=int(time.time()) + 600),
        "of nobody": signed(sub=None),
        "other issuer": signed(iss="http://elsewhere.example"),
        "without issuer": signed(iss=None),
        "changed": f"{good[:-4]}AAAA",
        "other key": jwt.encode(header, claims, RSAKey.generate_key(2048)),
        "intake's key for the issuer": jwt.encode(
            {"alg": "RS256", "kid": intake.kid}, claims, intake, algorithms=["RS256", "EdDSA"]
        ),
        "the issuer's key for intake": signed(iss="enmusubi-intake"),
    }


async def test_a_bad_token_opens_nothing(api: IntakeApi, intake: LocalRun) -> None:
    for name, token in bad_tokens(intake).items():
        answer = await api.http.get("/rounds", headers=bearer(token))
        assert (answer.status_code, answer.json()["type"]) == (401, "unauthenticated"), name
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_intakes_own_key_speaks_for_candidates_alone(api: IntakeApi, intake: LocalRun) -> None:
    key = load_key(intake.keys_folder / "intake-signing.pem")
    claims = {"iss": "enmusubi-intake", "sub": "a" * 32, "roles": ["staff"], "exp": int(time.time()) + 600}
    token = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)
    answer = await api.http.get("/rounds", headers=bearer(token))
    assert (answer.status_code, answer.json()["type"]) == (403, "forbidden")


async def test_odd_roles_are_no_roles(api: IntakeApi, intake: LocalRun) -> None:
    issuer = RSAKey.import_key((intake.keys_folder / "issuer.pem").read_bytes())
    claims = {"iss": "http://issuer.local", "sub": "a" * 32, "exp": int(time.time()) + 600}
    for roles in ("staff", [["staff"], {"a": 1}, None], {"staff": 1}, [], ["king"]):
        token = jwt.encode({"alg": "RS256", "kid": issuer.thumbprint()}, claims | {"roles": roles}, issuer)
        answer = await api.http.get("/rounds", headers=bearer(token))
        assert answer.status_code == 403, roles
