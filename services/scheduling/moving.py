"""Relocations: started by a hire, step by step to the arrival, or called off."""

from dataclasses import replace
from datetime import date, datetime, time

from services.scheduling.domain.candidates import Candidate, used
from services.scheduling.domain.due import RELOCATION_STEP_DUE, reminder_at, step_key
from services.scheduling.domain.relocations import (
    Relocation,
    cancelled,
    started,
    step_done,
    steps_towards,
)
from services.scheduling.domain.rules import Rules
from services.scheduling.domain.steps import Step
from services.scheduling.store import candidates, relocations, the_candidate
from services.scheduling.teaching import cut_plan, end_plan, stop_waiting
from shared.events.ids import RelocationId
from shared.events.matching import OfferAccepted
from shared.events.vocabulary import RelocationCancellationReason, RelocationStepName
from shared.storage.unit import UnitOfWork


async def start(unit: UnitOfWork, candidate: Candidate, hire: OfferAccepted) -> None:
    """Plan the move of somebody who was hired; lessons end with it."""
    relocation = Relocation(
        relocation_id=unit.new_id(RelocationId),
        offer_id=hire.offer_id,
        candidate_id=hire.candidate_id,
        firm_id=hire.firm_id,
        starts_on=hire.starts_on,
        steps=steps_towards(hire.starts_on, unit.today),
    )
    unit.save(relocations, relocation, started(relocation))
    for step in relocation.steps:
        remind_at = reminder_at(step.due_on, unit.using(Rules).reminder_days, unit.zone)
        key = step_key(relocation.relocation_id, step.step)
        unit.set_timer(RELOCATION_STEP_DUE, key, max(remind_at, unit.now))
    unit.save(candidates, replace(candidate, relocations=(*candidate.relocations, relocation.relocation_id)))
    if candidate.plan_id is not None:
        until = _beginning(unit, relocation.moves_on)
        await cut_plan(unit, candidate.plan_id, until, candidate.japanese)


def _beginning(unit: UnitOfWork, day: date) -> datetime:
    return datetime.combine(day, time(), unit.zone)


async def do_step(unit: UnitOfWork, relocation: Relocation, step: Step[RelocationStepName]) -> Relocation:
    """Do a step of a move; with the arrival, lessons end."""
    relocation, events = step_done(relocation, step, unit.today)
    unit.save(relocations, relocation, *events)
    unit.cancel_timer(RELOCATION_STEP_DUE, step_key(relocation.relocation_id, step.step))
    if relocation.arrived_on is not None:
        candidate = await the_candidate(unit, relocation.candidate_id)
        unit.save(candidates, used(candidate))  # lessons that are planned meanwhile have to see the arrival
        await stop_waiting(unit, candidate.candidate_id)
        if candidate.plan_id is not None:
            await end_plan(unit, candidate.plan_id, candidate.japanese)
    return relocation


async def call_off(
    unit: UnitOfWork, relocation_id: RelocationId, reason: RelocationCancellationReason
) -> None:
    """Call a move off, once; who has arrived has arrived, and is reminded of nothing more."""
    relocation = await unit.get(relocations, relocation_id)
    if relocation is None or relocation.state == "cancelled":
        return
    for step in relocation.steps:
        unit.cancel_timer(RELOCATION_STEP_DUE, step_key(relocation_id, step.step))
    if relocation.state == "started":
        unit.save(relocations, *cancelled(relocation, reason))
