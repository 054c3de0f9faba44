"""Contacts, sent again to a notifications service that lost its database."""

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

import httpx

from deploy.local.run import LocalRun
from shared.events import private
from tests.harness.intake import IntakeApi, Postbox, bearer, created, new_key

CONTACT = {"name": "佐藤 花子", "email": "hanako@mail.example"}


async def resend(run: LocalRun, service: str) -> str:
    """Run the command as an operator would; return what it answers."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"services.{service}", "contacts", "resend"),
        env=run.service_environment(service),
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        answer, _ = await process.communicate()
    assert process.returncode == 0
    return answer.decode().strip()


async def test_intake_says_again_how_to_reach_all_candidates_but_the_erased(api: IntakeApi) -> None:
    await api.open_round()
    stays, goes = created(await api.apply(contact__name="李")), created(await api.apply())
    await api.http.delete(f"/candidates/{goes['candidate_id']}", headers=api.staff)
    postbox = Postbox(api.run)
    await postbox.wait_for(private.Contact, goes["candidate_id"])

    assert await resend(api.run, "intake") == "Contacts on their way to notifications: 1"

    first, again = await postbox.wait_for(private.Contact, stays["candidate_id"], 2)
    assert first == again
    assert len(await postbox.wait_for(private.Contact, goes["candidate_id"])) == 1


async def test_a_firm_is_said_again(matching: LocalRun) -> None:
    firm = {"name": "出雲ソフト", "contact": CONTACT, "language": "ja"}
    await create_and_resend(matching, "matching", "/firms", firm, "firm_id")


async def test_teachers_and_interpreters_are_said_again(scheduling: LocalRun) -> None:
    teacher = {"name": "佐藤 花子", "contact": CONTACT}
    interpreter = {"name": "Марія Сато", "contact": CONTACT, "languages": ["uk", "ja"]}
    both = [
        (await create(scheduling, "scheduling", "/teachers", teacher))["teacher_id"],
        (await create(scheduling, "scheduling", "/interpreters", interpreter))["interpreter_id"],
    ]

    assert await resend(scheduling, "scheduling") == "Contacts on their way to notifications: 2"

    postbox = Postbox(scheduling)
    for person_id in both:
        first, again = await postbox.wait_for(private.Contact, person_id, 2)
        assert first == again


async def create(run: LocalRun, service: str, path: str, body: Mapping[str, object]) -> dict[str, Any]:
    headers = new_key() | bearer(run.token("staff"))
    async with httpx.AsyncClient(base_url=run.urls[service], timeout=30) as http:
        return created(await http.post(path, json=body, headers=headers))


async def create_and_resend(
    run: LocalRun, service: str, path: str, body: Mapping[str, object], id_: str
) -> None:
    made = await create(run, service, path, body)

    assert await resend(run, service) == "Contacts on their way to notifications: 1"

    first, again = await Postbox(run).wait_for(private.Contact, made[id_], 2)
    assert first == again
