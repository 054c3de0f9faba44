"""What intake keeps in MongoDB."""

from datetime import timedelta
from typing import Any

from services.intake.domain.applications import Application, Candidate, Person
from services.intake.domain.links import Link
from services.intake.domain.rounds import RECRUITING, Recruiting, Refusal, Round
from shared.events.ids import CandidateId
from shared.storage.collection import Collection, Index
from shared.storage.unit import UnitOfWork
from shared.vault import keys
from shared.web.lookup import existing

rounds = Collection(Round, "rounds", id="round_id", indexes=[Index(("state",))])
recruiting = Collection(Recruiting, "recruiting", id="recruiting_id")
refusals = Collection(Refusal, "refusals", id="refusal_id")
candidates = Collection(Candidate, "candidates", id="candidate_id")
people = Collection(Person, "people", id="fingerprint")
applications = Collection(
    Application,
    "applications",
    id="application_id",
    indexes=[Index(("candidate_id",)), Index(("round_id", "state")), Index(("country",))],
)
links = Collection(
    Link, "links", id="code_hash", indexes=[Index(("candidate_id",))], keep_for=timedelta(days=8)
)

COLLECTIONS: list[Collection[Any]] = [
    rounds,
    recruiting,
    refusals,
    candidates,
    people,
    applications,
    links,
    keys,
]


async def the_recruiting(unit: UnitOfWork) -> Recruiting:
    """Return the programme's rounds in time."""
    return await unit.get(recruiting, RECRUITING) or Recruiting()


async def the_round(unit: UnitOfWork, round_id: str) -> Round:
    """Return a round; raises NotFound."""
    return await existing(unit, rounds, round_id, "round")


async def the_application(unit: UnitOfWork, application_id: str) -> Application:
    """Return an application; raises NotFound."""
    return await existing(unit, applications, application_id, "application")


async def the_candidate(unit: UnitOfWork, candidate_id: CandidateId) -> Candidate:
    """Return a candidate; raises NotFound."""
    return await existing(unit, candidates, candidate_id, "candidate")
