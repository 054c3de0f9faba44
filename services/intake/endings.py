"""Endings: withdrawn, declined, erased. What was held in the round is free again."""

from dataclasses import replace
from typing import Literal

from services.intake.domain.applications import CAN_END, HOLDS_A_PLACE, Application, erased
from services.intake.domain.rounds import given_back
from services.intake.store import applications, candidates, links, people, rounds, the_candidate, the_round
from shared.events.ids import CandidateId
from shared.events.intake import CandidateDeclined, CandidateErased, CandidateWithdrawn
from shared.storage.unit import UnitOfWork
from shared.vault import keys
from shared.web.problems import Conflict


async def end(
    unit: UnitOfWork,
    application: Application,
    state: Literal["withdrawn", "declined"],
    event: CandidateWithdrawn | CandidateDeclined,
) -> Application:
    """End an application; ending it in the same way again changes nothing."""
    if application.state == state:
        return application
    if application.state not in CAN_END:
        raise Conflict(f"the application is {application.state}")
    await _give_back(unit, application)
    ended = replace(application, state=state, reason=event.reason)
    unit.save(applications, ended)
    unit.save(candidates, await the_candidate(unit, application.candidate_id), event)
    return ended


async def erase(unit: UnitOfWork, candidate_id: CandidateId) -> None:
    """Forget a person: the key is destroyed, and of the record only the id is left."""
    candidate = await the_candidate(unit, candidate_id)
    if candidate.record is None:
        return
    for application in await unit.find(applications, candidate_id=candidate_id):
        await _give_back(unit, application)
        unit.save(applications, erased(application))
    for link in await unit.find(links, candidate_id=candidate_id):
        unit.delete(links, link.code_hash)
    for person in await unit.get_many(people, [candidate.record.fingerprint]):
        unit.delete(people, person.fingerprint)
    if await unit.get(keys, candidate_id) is not None:
        unit.delete(keys, candidate_id)
    unit.save(candidates, replace(candidate, record=None), CandidateErased(candidate_id=candidate_id))


async def _give_back(unit: UnitOfWork, application: Application) -> None:
    if application.state in HOLDS_A_PLACE:
        unit.save(rounds, given_back(await the_round(unit, application.round_id)))
