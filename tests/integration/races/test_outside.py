"""What comes from outside, and hires that end: two things that meet in one request, one record, one hire."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from services.intake.domain.applications import Application, Record
from services.intake.store import applications, candidates
from services.matching.domain.matches import Match
from services.matching.domain.offers import Offer
from services.matching.endings import hire as hire_for
from services.matching.store import candidates as people
from services.matching.store import matches, offers, positions
from services.scheduling.domain.lessons import Lesson, LessonPlan
from services.scheduling.domain.relocations import Relocation
from services.scheduling.store import candidates as learners
from services.scheduling.store import plans, relocations
from services.scheduling.teaching import plan_new
from shared.events import (
    AssessmentCompleted,
    CandidateErased,
    CandidateWithdrawn,
    Event,
    ExternalEvent,
    HireEnded,
    LessonReported,
    OfferAccepted,
    PositionRequested,
)
from shared.events.envelope import Envelope, body
from shared.events.examples import EXAMPLES
from shared.events.ids import AssessmentId, CandidateId, EventId, FirmId, RequestId
from shared.events.profile import Skill
from shared.ids import new
from shared.messaging.inbound import body_hash
from shared.publishers import Refused
from shared.storage.pieces import Arrival, Failed, Piece
from shared.storage.unit import UnitOfWork
from tests.integration.races.acts import DONE, posts, sends, takes_in
from tests.integration.races.matching_scenes import Offered, open_offer, open_position
from tests.integration.races.replicas import OFTEN, Act, Replica, Replicas
from tests.integration.races.scheduling_scenes import Applicant, applicant, hire, leaves, teacher
from tests.integration.races.test_intake import applied, open_round

NOW = datetime(2027, 5, 14, tzinfo=UTC)


def comes(event: ExternalEvent, publisher: str, at: datetime = NOW) -> Act:
    """React to an event from outside; what came of it may be the reason for which it was refused."""

    async def act(replica: Replica) -> str:
        envelope = Envelope.of(event, id=new(EventId), time=at, sequence=None, publisher=publisher)
        reaction = replica.process.parts.reactions.to(type(event))
        assert reaction is not None
        arrival = Arrival(envelope.source, envelope.id, body_hash(body(event)))
        outcome = await replica.do(
            Piece(partial(reaction.do, event), reaction.reads(event), arrival, envelope)
        )
        if not isinstance(outcome, Failed):
            return DONE
        assert isinstance(outcome.error, Refused), outcome.error
        return outcome.error.reason

    return act


async def test_a_request_that_comes_twice_opens_one_position(matching: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> FirmId:
        return (await open_position(unit)).firm_id

    async for meet, firm_id in matching.rounds(scene, times=OFTEN):
        example = EXAMPLES[PositionRequested]
        request = example.model_copy(update={"firm_id": firm_id, "request_id": new(RequestId)})
        assert isinstance(request, PositionRequested)
        assert await meet(comes(request, "demo-hr"), comes(request, "demo-hr")) == (DONE, DONE)
        (made,) = await matching.find(positions, firm_id=firm_id, request_id=request.request_id)
        assert await matching.told(made.position_id) == ["position-opened"]


async def hired(unit: UnitOfWork) -> Offered:
    """Put somebody there who was hired, for one of two places."""
    found = await open_offer(unit, headcount=2)
    await hire_for(unit, found.offer)
    return found


def ends(offer: Offer, reason: str = "dismissed") -> Act:
    """The firm says that a hire has ended."""
    today = str((datetime.now(UTC) + timedelta(hours=9)).date())
    return posts(f"/offers/{offer.offer_id}/end", {"ended_on": today, "reason": reason}, firm=offer.firm_id)


async def settled(matching: Replicas, one: Offered) -> tuple[Match, list[str]]:
    """Return the match of a hire that is over, whose place is free, and what was told of the offer."""
    found = await matching.get(positions, one.wanted.position_id)
    assert (found.held, found.accepted) == (0, 0)
    assert (await matching.get(people, one.one.id)).hired_with is None
    return await matching.get(matches, one.match.match_id), await matching.told(one.offer.offer_id)


async def test_a_hire_ends_once(matching: Replicas) -> None:
    async for meet, one in matching.rounds(hired, times=OFTEN):
        assert await meet(ends(one.offer), ends(one.offer, "resigned")) == (DONE, DONE)
        match, told = await settled(matching, one)
        reason = (await matching.get(offers, one.offer.offer_id)).reason
        assert (match.state, match.ended_by) == ("ended", "firm" if reason == "dismissed" else "candidate")
        assert told == ["offer-accepted", "hire-ended"]
        assert await matching.told(match.match_id) == ["match-declined"]


@pytest.mark.parametrize("ending", [CandidateErased, CandidateWithdrawn])
async def test_a_hire_ends_or_its_candidate_leaves(matching: Replicas, ending: type[Event]) -> None:
    async for meet, one in matching.rounds(hired, among=2):
        given = {"candidate_id": one.one.id, "application_id": one.one.application_id, "reason": "other"}
        gone = ending.model_validate({name: given[name] for name in ending.model_fields})
        said, _ = await meet(ends(one.offer), takes_in(gone, sequence=3))
        match, told = await settled(matching, one)
        assert match.state == "ended"
        assert told == ["offer-accepted", "hire-ended" if said == DONE else "offer-withdrawn"]
        assert await matching.told(match.match_id) == ["match-declined"]
        assert not (await matching.get(people, one.one.id)).available


def assessment(candidate_id: CandidateId, years: float) -> AssessmentCompleted:
    """Say what somebody's Python is worth."""
    skills = (Skill(name="Python", years=years),)
    return AssessmentCompleted(candidate_id=candidate_id, assessment_id=new(AssessmentId), skills=skills)


async def record_of(intake: Replicas, candidate_id: CandidateId) -> Record | None:
    """Return what is known of somebody."""
    return (await intake.get(candidates, candidate_id)).record


async def tested(intake: Replicas) -> Application:
    """Have somebody apply who is about to be tested."""
    return await applied(intake, await intake.set_up(open_round))


async def nothing(_: UnitOfWork) -> None:
    """Set no scene."""


async def test_of_two_assessments_the_later_one_stands(intake: Replicas) -> None:
    async for meet, _ in intake.rounds(nothing):
        one = await tested(intake)
        older, newer = assessment(one.candidate_id, 1), assessment(one.candidate_id, 9)
        said = await meet(
            comes(newer, "demo-tests", NOW), comes(older, "demo-tests", NOW - timedelta(days=1))
        )
        assert said == (DONE, DONE)
        record = await record_of(intake, one.candidate_id)
        assert record is not None
        assert record.profile.skills == newer.skills
        assert len(record.assessments) == 2


async def test_an_assessment_brings_nobody_back_who_is_erased(intake: Replicas) -> None:
    async for meet, _ in intake.rounds(nothing):
        one = await tested(intake)
        erases = sends("DELETE", f"/candidates/{one.candidate_id}")
        assert await meet(comes(assessment(one.candidate_id, 9), "demo-tests"), erases) == (DONE, DONE)
        assert await record_of(intake, one.candidate_id) is None
        assert (await intake.sent(one.candidate_id))[-1]["type"] == "candidate-erased.v1"


async def test_an_assessment_and_a_new_application_lose_nothing_of_each_other(intake: Replicas) -> None:
    async for meet, _ in intake.rounds(nothing):
        one = await tested(intake)
        path = f"/applications/{one.application_id}"
        said = await meet(
            comes(assessment(one.candidate_id, 9), "demo-tests"), sends("PATCH", path, {"country": "PT"})
        )
        assert said == (DONE, DONE)
        record = await record_of(intake, one.candidate_id)
        assert record is not None
        assert (record.country, record.profile.skills[0].years, len(record.assessments)) == ("PT", 9, 1)
        assert (await intake.get(applications, one.application_id)).state == "applied"


async def test_a_hire_that_ends_while_it_is_told_of_leads_to_no_move(scheduling: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> Applicant:
        return applicant(unit)

    async for meet, one in scheduling.rounds(scene, times=OFTEN):
        accepted = hire(one, scheduling.first.process.clock.now() + timedelta(days=200))
        assert await meet(takes_in(accepted), takes_in(end_of(accepted), sequence=2)) == (DONE, DONE)
        for moving in await scheduling.find(relocations, candidate_id=one.id):
            assert moving.state == "cancelled"
            assert await scheduling.timers(moving.relocation_id) == 0


def end_of(accepted: OfferAccepted) -> HireEnded:
    """Say that a hire has ended."""
    changed = {"offer_id": accepted.offer_id, "candidate_id": accepted.candidate_id, "reason": "resigned"}
    return HireEnded.model_validate({**dict(EXAMPLES[HireEnded]), **changed})


async def test_who_is_hired_no_more_has_arrived_or_does_not_move(scheduling: Replicas) -> None:
    async for meet, _ in scheduling.rounds(nothing):
        one = await scheduling.set_up(_applicant)
        accepted = hire(one, scheduling.first.process.clock.now() + timedelta(days=200))
        await scheduling.first.do_all(takes_in(accepted))
        moving: Relocation
        (moving,) = await scheduling.find(relocations, candidate_id=one.id)
        arrives = posts(f"/relocations/{moving.relocation_id}/steps/arrival/done")
        said, _ = await meet(arrives, takes_in(end_of(accepted), sequence=2))
        told = await scheduling.told(moving.relocation_id)
        assert told[-1] == ("candidate-relocated" if said == DONE else "relocation-cancelled")
        assert await scheduling.timers(moving.relocation_id) == 0


async def _applicant(unit: UnitOfWork) -> Applicant:
    return applicant(unit)


async def learning(unit: UnitOfWork) -> tuple[Applicant, LessonPlan]:
    """Put somebody there whose lessons are planned."""
    await teacher(unit)
    one = applicant(unit, wants_lessons=True)
    known = await unit.get(learners, one.id)
    assert known is not None
    plan = await plan_new(unit, known, 2)
    assert plan is not None
    return one, plan


async def test_of_two_reports_of_a_lesson_the_first_one_stands(scheduling: Replicas) -> None:
    async for meet, (one, plan) in scheduling.rounds(learning):
        lesson = over(scheduling, plan)
        yes, no = (
            LessonReported(lesson_id=lesson.lesson_id, candidate_id=one.id, attended=attended)
            for attended in (True, False)
        )
        said = await meet(comes(yes, "demo-school"), comes(no, "demo-school"))
        assert sorted(said) == [DONE, "reported-otherwise"]
        found = (await scheduling.get(plans, plan.plan_id)).lessons[0]
        assert found.attended == (said[0] == DONE)
        assert await scheduling.told(plan.plan_id) == ["lessons-planned", "lesson-held"]


async def test_a_report_of_a_lesson_is_not_lost_when_the_learner_leaves(scheduling: Replicas) -> None:
    async for meet, (one, plan) in scheduling.rounds(learning):
        lesson = over(scheduling, plan)
        report = LessonReported(lesson_id=lesson.lesson_id, candidate_id=one.id, attended=True)
        assert await meet(comes(report, "demo-school"), leaves(CandidateWithdrawn, one)) == (DONE, DONE)
        found = await scheduling.get(plans, plan.plan_id)
        assert (found.state, [one.attended for one in found.lessons]) == ("finished", [True])
        assert sorted(await scheduling.told(plan.plan_id)) == [
            "lesson-held",
            "lessons-finished",
            "lessons-planned",
        ]


def over(scheduling: Replicas, plan: LessonPlan) -> Lesson:
    """Move the clocks to the end of a plan's first lesson; return it."""
    lesson = plan.lessons[0]
    for replica in (scheduling.first, scheduling.second):
        replica.process.clock.offset = lesson.ends_at - datetime.now(UTC) + timedelta(minutes=1)
    return lesson
