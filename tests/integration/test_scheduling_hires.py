"""What scheduling makes of a hire that has ended."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from deploy.local.run import LocalRun
from shared.events import HireEnded, OfferAccepted
from shared.events.vocabulary import HireEndReason
from tests.harness.scheduling import Applicant, Firm, Scheduling


@pytest.fixture
async def api(scheduling: LocalRun) -> AsyncIterator[Scheduling]:
    async with httpx.AsyncClient(base_url=scheduling.urls["scheduling"], timeout=30, trust_env=False) as http:
        yield Scheduling(scheduling, http)


async def hire(api: Scheduling, one: Applicant) -> OfferAccepted:
    """Return the acceptance of an offer that has not been told yet."""
    return Firm().hired(one, await api.today() + timedelta(days=200))


async def ended(api: Scheduling, hired: OfferAccepted, reason: HireEndReason = "resigned") -> HireEnded:
    """Return the end of a hire."""
    return HireEnded(
        offer_id=hired.offer_id,
        candidate_id=hired.candidate_id,
        firm_id=hired.firm_id,
        ended_on=await api.today(),
        reason=reason,
    )


@pytest.mark.parametrize(
    ("reason", "why"), [("resigned", "withdrawn"), ("dismissed", "firm"), ("contract-ended", "firm")]
)
async def test_a_hire_that_ends_calls_its_move_off(api: Scheduling, reason: HireEndReason, why: str) -> None:
    (one,) = await api.shortlist()
    hired = await hire(api, one)
    await api.tell(hired)
    (move,) = (await api.agenda(one.candidate_id))["relocations"]
    await api.tell(await ended(api, hired, reason), sequence=2)
    told = await api.told(move["relocation_id"], "relocation-cancelled")
    assert [(event.type, event.data.get("reason")) for event in told] == [
        ("relocation-started", None),
        ("relocation-cancelled", why),
    ]


async def test_a_hire_that_has_ended_before_it_is_told_of_starts_no_move(api: Scheduling) -> None:
    (one,) = await api.shortlist()
    first, second = await hire(api, one), await hire(api, one)
    await api.tell(await ended(api, first), sequence=2)
    await api.tell(first)
    assert (await api.agenda(one.candidate_id))["relocations"] == []
    await api.tell(second)
    (move,) = (await api.agenda(one.candidate_id))["relocations"]
    assert (move["firm_id"], move["state"]) == (second.firm_id, "started")


async def test_who_has_arrived_has_arrived(api: Scheduling) -> None:
    (one,) = await api.shortlist()
    hired = await hire(api, one)
    await api.tell(hired)
    (move,) = (await api.agenda(one.candidate_id))["relocations"]
    await api.do(f"/relocations/{move['relocation_id']}/steps/arrival/done")
    await api.tell(await ended(api, hired), sequence=2)
    assert (await api.get(f"/relocations/{move['relocation_id']}"))["state"] == "relocated"
    told = await api.told(move["relocation_id"], "candidate-relocated")
    assert "relocation-cancelled" not in [event.type for event in told]


async def test_lessons_go_on_when_a_hire_ends(api: Scheduling) -> None:
    await api.create(
        "/teachers",
        {
            "name": "山本 花子",
            "contact": {"name": "山本 花子", "email": "sensei@school.example"},
            "language": "ja",
        },
    )
    (one,) = await api.shortlist(wants_lessons=True)
    hired = await hire(api, one)
    await api.tell(hired)
    await api.tell(await ended(api, hired), sequence=2)
    (plan,) = (await api.agenda(one.candidate_id))["lesson_plans"]
    assert plan["state"] == "planned"
    (anew,) = [await api.create("/lesson-plans", {"candidate_id": one.candidate_id, "weeks": 26})]
    assert len(anew["lessons"]) == 52
