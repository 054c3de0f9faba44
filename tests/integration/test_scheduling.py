"""Scheduling over HTTP and events, with nothing but itself running."""

import itertools
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import httpx
import pytest

from deploy.local.run import LocalRun
from shared.events import private
from shared.events.ids import MatchId
from shared.ids import new
from tests.harness.intake import Postbox
from tests.harness.scheduling import Applicant, Firm, Json, Scheduling, in_izumo, seat_of, seat_path


@pytest.fixture
async def api(scheduling: LocalRun) -> AsyncIterator[Scheduling]:
    async with httpx.AsyncClient(base_url=scheduling.urls["scheduling"], timeout=30, trust_env=False) as http:
        yield Scheduling(scheduling, http)


def times(ones: list[Json]) -> list[tuple[datetime, datetime]]:
    return sorted(
        (datetime.fromisoformat(one["starts_at"]), datetime.fromisoformat(one["ends_at"])) for one in ones
    )


def overlap(ones: list[Json]) -> bool:
    return any(later[0] < earlier[1] for earlier, later in itertools.pairwise(times(ones)))


async def test_seats_go_in_order_and_a_declined_one_goes_to_the_next(api: Scheduling) -> None:
    visit = await api.open_visit(seats=2)
    first, second, third, fourth = await api.shortlist(4)
    shown = await api.invite(visit, [first, second, third])
    assert [one["state"] for one in shown["invited"]] == ["offered", "offered"]
    assert shown["waiting"] == [third.candidate_id]
    assert (await api.invite(visit, [third, fourth]))["waiting"] == [third.candidate_id, fourth.candidate_id]

    await api.do(f"{seat_path(visit, first)}/decline", token=api.candidate(first))
    await api.do(f"{seat_path(visit, first)}/decline", token=api.candidate(first))

    assert await api.states(visit) == {
        first.candidate_id: "declined",
        second.candidate_id: "offered",
        third.candidate_id: "offered",
    }
    assert (await api.visit(visit))["held"] == 2
    told = await api.told(seat_of(visit, first), "visit-declined")
    assert [(one.type, one.data.get("reason")) for one in told] == [
        ("visit-offered", None),
        ("visit-declined", "own-wish"),
    ]


async def test_an_accepted_seat_is_booked_with_its_steps(api: Scheduling) -> None:
    visit = await api.open_visit(weeks_ahead=12)
    with_visa, without = await api.shortlist(2)
    await api.invite(visit, [with_visa])
    await api.invite(visit, [without], needs_visa=False)
    booked = await api.do(f"{seat_path(visit, with_visa)}/acceptance", token=api.candidate(with_visa))
    again = await api.do(f"{seat_path(visit, with_visa)}/acceptance", token=api.candidate(with_visa))
    other = await api.do(f"{seat_path(visit, without)}/acceptance")

    assert booked == again
    first_day = date.fromisoformat(visit["starts_on"])
    assert {one["step"]: first_day - date.fromisoformat(one["due_on"]) for one in booked["steps"]} == {
        "invitation-letter": timedelta(days=42),
        "short-stay-visa": timedelta(days=28),
        "flight": timedelta(days=21),
        "lodging": timedelta(days=14),
    }
    assert [one["step"] for one in other["steps"]] == ["flight", "lodging"]

    done = await api.do(f"{seat_path(visit, with_visa)}/steps/flight/done")
    assert [one["step"] for one in done["steps"] if one["done"]] == ["flight"]
    await api.told(seat_of(visit, with_visa), "visit-booked", "visit-step-done")
    answer = await api.ask("POST", f"{seat_path(visit, without)}/steps/short-stay-visa/done")
    assert answer.status_code == 404


async def test_only_that_candidate_answers_for_a_seat(api: Scheduling) -> None:
    visit = await api.open_visit()
    mine, other = await api.shortlist(2)
    await api.invite(visit, [mine])
    answer = await api.ask("POST", f"{seat_path(visit, mine)}/acceptance", token=api.candidate(other))
    assert answer.status_code == 403


async def test_only_shortlisted_candidates_are_invited(api: Scheduling) -> None:
    visit = await api.open_visit()
    stranger, applicant, gone = Applicant(), Applicant(), Applicant()
    await api.tell(applicant.applied(), gone.applied(), gone.shortlisted(), gone.withdrawn())
    path = f"/visits/{visit['visit_id']}/invitations"
    found = []
    for one in (stranger, applicant, gone):
        body = {"invitations": [{"candidate_id": one.candidate_id, "needs_visa": True}]}
        answer = await api.ask("POST", path, body, **{"Idempotency-Key": new(MatchId)})
        found.append((answer.status_code, answer.json()["type"], answer.headers.get("Retry-After")))
    assert found == [
        (409, "not-known-yet", "1"),
        (409, "not-shortlisted", "1"),
        (409, "not-shortlisted", None),
    ]


async def test_a_candidate_who_withdraws_frees_the_seat_and_the_calendar(api: Scheduling) -> None:
    visit = await api.open_visit(seats=1)
    leaving, following = await api.shortlist(2)
    firm = Firm()
    await api.tell(firm.registered(), firm.opened(), firm.matched(leaving), firm.matched(following))
    await api.book(visit, leaving)
    await api.invite(visit, [following])
    (planned,) = (await api.do(f"/visits/{visit['visit_id']}/plan"))["planned"]

    await api.tell(leaving.withdrawn(), sequence=3)

    assert await api.states(visit) == {leaving.candidate_id: "cancelled", following.candidate_id: "offered"}
    cancelled = await api.get(f"/interviews/{planned['interview_id']}", token=api.firm(firm))
    assert (cancelled["state"], cancelled["reason"]) == ("cancelled", "withdrawn")
    told = await api.told(seat_of(visit, leaving), "visit-cancelled")
    assert told[-1].data["reason"] == "withdrawn"

    await api.do(f"{seat_path(visit, following)}/acceptance")
    (after,) = (await api.do(f"/visits/{visit['visit_id']}/plan"))["planned"]
    assert after["starts_at"] == planned["starts_at"]


async def test_who_was_erased_first_is_not_brought_back(api: Scheduling) -> None:
    visit = await api.open_visit()
    one, firm = Applicant(wants_lessons=True), Firm()
    await api.tell(one.erased(), sequence=3)
    await api.tell(one.applied(), one.shortlisted(), firm.hired(one, date(2040, 4, 1)))
    body = {"invitations": [{"candidate_id": one.candidate_id, "needs_visa": True}]}
    answer = await api.ask(
        "POST", f"/visits/{visit['visit_id']}/invitations", body, **{"Idempotency-Key": new(MatchId)}
    )
    assert answer.json()["type"] == "not-shortlisted"
    agenda = await api.agenda(one.candidate_id)
    assert not any(agenda[name] for name in ("seats", "lesson_plans", "relocations"))


async def test_a_visit_is_planned_without_clashes(api: Scheduling) -> None:
    visit = await api.open_visit(seats=5)
    ones = await api.shortlist(5)
    firms = [Firm(name=f"Firm {letter}") for letter in "ABC"]
    matched = [firm.matched(one) for firm in firms for one in ones]
    await api.tell(*(event for firm in firms for event in (firm.registered(), firm.opened())), *matched)
    await api.book(visit, *ones)

    answer = await api.do(f"/visits/{visit['visit_id']}/plan")
    assert len(answer["planned"]) == 15
    assert answer["without_slot"] == answer["not_known_yet"] == []
    everyone = [one.candidate_id for one in ones] + [firm.firm_id for firm in firms]
    for who in everyone:
        assert not overlap((await api.agenda(who))["interviews"])
    for one in ones:
        days = [begins.date() for begins, _ in times((await api.agenda(one.candidate_id))["interviews"])]
        assert max(days.count(day) for day in days) <= 3
    assert {one["place"] for one in answer["planned"]} == {"Firm A", "Firm B", "Firm C"}

    late = firms[0].matched(ones[0])
    await api.tell(late)
    again = await api.do(f"/visits/{visit['visit_id']}/plan")
    assert [one["match_id"] for one in again["planned"]] == [late.match_id]


async def test_an_interview_is_reported_once_it_is_over(api: Scheduling) -> None:
    visit = await api.open_visit(weeks_ahead=2)
    (one,), firm, other = await api.shortlist(), Firm(), Firm()
    await api.tell(firm.registered(), firm.opened(), firm.matched(one))
    await api.book(visit, one)
    (planned,) = (await api.do(f"/visits/{visit['visit_id']}/plan"))["planned"]
    path = f"/interviews/{planned['interview_id']}"

    assert await api.refused(f"{path}/outcome", {"outcome": "offer"}, token=api.firm(firm)) == "not-over-yet"
    await api.at(datetime.fromisoformat(planned["ends_at"]))
    assert await api.refused(f"{path}/outcome", {"outcome": "offer"}, token=api.firm(other)) == "forbidden"
    await api.do(f"{path}/outcome", {"outcome": "offer"}, token=api.firm(firm))
    await api.do(f"{path}/outcome", {"outcome": "offer"}, token=api.firm(firm))
    assert await api.refused(f"{path}/outcome", {"outcome": "no"}, token=api.firm(firm)) == "wrong-state"
    assert await api.refused(f"{path}/cancellation", token=api.candidate(one)) == "wrong-state"
    told = await api.told(planned["interview_id"], "interview-scheduled", "interview-held")
    assert [one.data.get("outcome") for one in told] == [None, "offer"]
    await api.do(f"{seat_path(visit, one)}/attendance")
    await api.told(seat_of(visit, one), "visit-attended")


async def test_an_interview_that_nobody_came_to_is_planned_again(api: Scheduling) -> None:
    visit = await api.open_visit(weeks_ahead=2)
    (one,), firm = await api.shortlist(), Firm()
    await api.tell(firm.registered(), firm.opened(), firm.matched(one))
    await api.book(visit, one)
    plan = f"/visits/{visit['visit_id']}/plan"
    (missed,) = (await api.do(plan))["planned"]
    await api.at(datetime.fromisoformat(missed["ends_at"]))
    await api.do(
        f"/interviews/{missed['interview_id']}/outcome", {"outcome": "no-show"}, token=api.firm(firm)
    )

    (again,) = (await api.do(plan))["planned"]

    assert (again["match_id"], again["state"]) == (missed["match_id"], "scheduled")
    assert again["starts_at"] >= missed["ends_at"]


async def test_an_interview_ends_with_its_match_and_with_either_side(api: Scheduling) -> None:
    visit = await api.open_visit()
    (one,), firm = await api.shortlist(), Firm()
    ended, called_off, moved = firm.matched(one), firm.matched(one), firm.matched(one)
    await api.tell(firm.registered(), firm.opened(), ended, called_off, moved)
    await api.book(visit, one)
    planned = (await api.do(f"/visits/{visit['visit_id']}/plan"))["planned"]
    by_match = {found["match_id"]: found["interview_id"] for found in planned}

    await api.tell(firm.parted(ended, "programme"), sequence=2)
    await api.do(f"/interviews/{by_match[called_off.match_id]}/cancellation", token=api.firm(firm))
    await api.do(f"/interviews/{by_match[moved.match_id]}/cancellation")

    reasons = [
        (await api.get(f"/interviews/{by_match[match.match_id]}"))["reason"]
        for match in (ended, called_off, moved)
    ]
    assert reasons == ["position-closed", "firm", "staff"]
    again = (await api.do(f"/visits/{visit['visit_id']}/plan"))["planned"]
    assert [found["match_id"] for found in again] == [moved.match_id]


async def test_a_closed_position_calls_its_interviews_off(api: Scheduling) -> None:
    visit = await api.open_visit()
    (one,), firm = await api.shortlist(), Firm()
    await api.tell(firm.registered(), firm.opened(), firm.matched(one))
    await api.book(visit, one)
    await api.do(f"/visits/{visit['visit_id']}/plan")
    await api.tell(firm.closed(), sequence=2)
    await api.tell(firm.matched(one))
    assert [found["reason"] for found in (await api.visit(visit))["interviews"]] == ["position-closed"]
    assert (await api.do(f"/visits/{visit['visit_id']}/plan"))["planned"] == []


async def test_a_seat_given_up_calls_interviews_off_until_another_is_booked(api: Scheduling) -> None:
    visit, later = await api.open_visit(), await api.open_visit(weeks_ahead=20)
    (one,), firm = await api.shortlist(), Firm()
    await api.tell(firm.registered(), firm.opened(), firm.matched(one))
    await api.book(visit, one)
    await api.do(f"/visits/{visit['visit_id']}/plan")
    await api.do(f"{seat_path(visit, one)}/cancellation", token=api.candidate(one))
    assert [found["reason"] for found in (await api.visit(visit))["interviews"]] == ["candidate"]
    await api.book(later, one)
    assert len((await api.do(f"/visits/{later['visit_id']}/plan"))["planned"]) == 1


async def test_nobody_books_two_visits_in_the_same_days(api: Scheduling) -> None:
    visit, other = await api.open_visit(weeks_ahead=12), await api.open_visit(weeks_ahead=13)
    (one,) = await api.shortlist()
    await api.book(visit, one)
    await api.invite(other, [one])
    assert await api.refused(f"{seat_path(other, one)}/acceptance") == "wrong-state"


async def test_a_visit_in_days_gone_by_or_the_wrong_order_is_refused(api: Scheduling) -> None:
    today = await api.today()
    for starts_on, ends_on in ((today, today), (today + timedelta(days=9), today + timedelta(days=8))):
        body = {"starts_on": str(starts_on), "ends_on": str(ends_on), "seats": 1}
        answer = await api.ask("POST", "/visits", body, **{"Idempotency-Key": new(MatchId)})
        assert (answer.status_code, answer.json()["type"]) == (422, "invalid")


async def test_an_agenda_is_shown_to_whom_it_belongs(api: Scheduling) -> None:
    (one,), firm = await api.shortlist(), Firm()
    await api.get(f"/agendas/{one.candidate_id}", token=api.candidate(one))
    await api.get(f"/agendas/{firm.firm_id}", token=api.firm(firm))
    answer = await api.ask("GET", f"/agendas/{one.candidate_id}", token=api.firm(firm))
    assert answer.status_code == 403


async def test_a_match_that_ended_before_it_began_is_not_planned(api: Scheduling) -> None:
    visit = await api.open_visit()
    (one,), firm = await api.shortlist(), Firm()
    match = firm.matched(one)
    await api.tell(firm.registered(), firm.opened(), firm.parted(match, "firm"), match)
    await api.book(visit, one)
    assert (await api.do(f"/visits/{visit['visit_id']}/plan"))["planned"] == []


def demo_day(visit: Json, hour: int, *teams: Json) -> Json:
    day = date.fromisoformat(visit["starts_on"]) + timedelta(days=10)
    begins = in_izumo(day, hour)
    return {
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=1)).isoformat(),
        "place": "市民会館",
        "teams": list(teams),
    }


async def test_a_showcase_takes_everybodys_time_and_is_held(api: Scheduling) -> None:
    visit = await api.open_visit(seats=3, weeks_ahead=3)
    ones, firm = await api.shortlist(3), Firm()
    await api.tell(firm.registered(), firm.opened())
    await api.book(visit, *ones[:2])
    teams: list[Json] = [
        {
            "team": f"Team {n}",
            "theme": "Buses",
            "candidate_ids": [one.candidate_id],
            "firm_ids": [firm.firm_id],
        }
        for n, one in enumerate(ones[:2], start=1)
    ]
    path = f"/visits/{visit['visit_id']}/showcase"
    missing = {"team": "Team 3", "theme": "Rain", "candidate_ids": [ones[2].candidate_id]}
    refused = await api.ask("PUT", path, demo_day(visit, 14, *teams, missing))
    assert refused.json()["type"] == "not-booked"

    first = await api.ask("PUT", path, demo_day(visit, 14, *teams))
    assert first.status_code == 200, first.text
    assert not overlap((await api.agenda(firm.firm_id))["showcases"])
    moved = await api.ask("PUT", path, demo_day(visit, 15, *teams))
    assert [one["showcase_id"] for one in moved.json()] == [one["showcase_id"] for one in first.json()]
    last = moved.json()[1]

    await api.at(datetime.fromisoformat(last["ends_at"]))
    teams[0] |= {"shown": "A timetable that fits in a pocket", "links": ["https://example.org/a"]}
    after = await api.ask("PUT", path, demo_day(visit, 15, *teams))
    assert after.status_code == 200, after.text
    assert [one["state"] for one in after.json()] == ["held", "held"]
    told = await api.told(last["showcase_id"], "showcase-held")
    assert [one.type for one in told] == ["showcase-scheduled"] * 2 + ["showcase-held"]


async def test_who_gives_a_seat_up_leaves_the_team(api: Scheduling) -> None:
    visit = await api.open_visit(seats=2)
    ones = await api.shortlist(2)
    await api.book(visit, *ones)
    team = {"team": "Team 1", "theme": "Buses", "candidate_ids": [one.candidate_id for one in ones]}
    answer = await api.ask("PUT", f"/visits/{visit['visit_id']}/showcase", demo_day(visit, 14, team))
    assert answer.status_code == 200, answer.text
    await api.do(f"{seat_path(visit, ones[0])}/cancellation", token=api.candidate(ones[0]))
    assert (await api.agenda(ones[0].candidate_id))["showcases"] == []
    (showcase,) = (await api.agenda(ones[1].candidate_id))["showcases"]
    assert showcase["candidate_ids"] == [ones[1].candidate_id]


TEACHER = {
    "name": "山本 花子",
    "contact": {"name": "山本 花子", "email": "sensei@school.example", "telegram": "@sensei"},
    "language": "ja",
}


async def test_lessons_wait_for_a_teacher_and_are_then_planned(api: Scheduling) -> None:
    learners = await api.shortlist(3, wants_lessons=True, japanese="A1")
    assert (await api.agenda(learners[0].candidate_id))["lesson_plans"] == []

    teacher = await api.create("/teachers", TEACHER)
    await api.rest()

    everything = []
    for one in learners:
        (plan,) = (await api.agenda(one.candidate_id))["lesson_plans"]
        everything += plan["lessons"]
        assert (plan["level"], plan["target"], len(plan["lessons"])) == ("A1", "A2", 52)
    assert not overlap(everything)
    assert "花子" not in str(await api.get("/teachers"))
    taught = await api.agenda(teacher["teacher_id"])
    assert len(taught["lesson_plans"]) == 3
    await api.told(plan["plan_id"], "lessons-planned")

    lesson = plan["lessons"][0]
    path = f"/lessons/{lesson['lesson_id']}/attendance"
    own = api.run.token("teacher", person_id=teacher["teacher_id"])
    assert await api.refused(path, {"attended": True}, token=own) == "not-over-yet"
    await api.at(datetime.fromisoformat(lesson["ends_at"]))
    await api.do(path, {"attended": True}, token=own)
    assert await api.refused(path, {"attended": False}, token=own) == "wrong-state"
    await api.told(plan["plan_id"], "lesson-held")


async def test_a_teachers_name_and_address_go_to_notifications_alone(api: Scheduling) -> None:
    teacher = await api.create("/teachers", TEACHER)
    (contact,) = await Postbox(api.run).wait_for(private.Contact, teacher["teacher_id"])
    assert (contact.role, contact.name, contact.addresses.email) == (
        "teacher",
        "山本 花子",
        "sensei@school.example",
    )
    assert contact.time_zone == "Asia/Tokyo"


async def test_lessons_make_room_for_a_showcase_and_end_with_the_move(api: Scheduling) -> None:
    await api.create("/teachers", TEACHER)
    (one,), firm = await api.shortlist(wants_lessons=True), Firm()
    visit = await api.open_visit(seats=1)
    await api.book(visit, one)
    (plan,) = (await api.agenda(one.candidate_id))["lesson_plans"]
    begins, ends = next(
        when for when in times(plan["lessons"]) if when[0].date() > date.fromisoformat(visit["starts_on"])
    )
    team = {"team": "Team 1", "theme": "Buses", "candidate_ids": [one.candidate_id]}
    day: Json = {
        "starts_at": begins.isoformat(),
        "ends_at": ends.isoformat(),
        "place": "Hall",
        "teams": [team],
    }
    answer = await api.ask("PUT", f"/visits/{visit['visit_id']}/showcase", day)
    assert answer.status_code == 200, answer.text
    (moved,) = (await api.agenda(one.candidate_id))["lesson_plans"]
    assert len(moved["lessons"]) == 52
    assert (begins, ends) not in times(moved["lessons"])
    await api.told(plan["plan_id"], "lessons-planned", "lesson-moved")

    starts_on = await api.today() + timedelta(weeks=20)
    await api.tell(firm.registered(), firm.hired(one, starts_on))
    (cut,) = (await api.agenda(one.candidate_id))["lesson_plans"]
    assert 0 < len(cut["lessons"]) < 52
    assert times(cut["lessons"])[-1][1] <= in_izumo(starts_on - timedelta(days=7), 0)


async def test_lessons_are_corrected_by_staff(api: Scheduling) -> None:
    await api.create("/teachers", TEACHER)
    other = await api.create("/teachers", TEACHER)
    (one,) = await api.shortlist(wants_lessons=True)
    (before,) = (await api.agenda(one.candidate_id))["lesson_plans"]
    after = await api.create(
        "/lesson-plans", {"candidate_id": one.candidate_id, "teacher_id": other["teacher_id"]}
    )
    assert {lesson["teacher_id"] for lesson in after["lessons"]} == {other["teacher_id"]}
    assert {found["lesson_id"] for found in before["lessons"]} == {
        found["lesson_id"] for found in after["lessons"]
    }
    shorter = await api.create("/lesson-plans", {"candidate_id": one.candidate_id, "weeks": 4})
    assert len(shorter["lessons"]) == 8
    assert shorter["plan_id"] == before["plan_id"]


async def test_a_hire_starts_a_move_that_ends_with_the_arrival(api: Scheduling) -> None:
    (one,), firm = await api.shortlist(), Firm()
    starts_on = await api.today() + timedelta(days=200)
    await api.tell(firm.registered(), firm.hired(one, starts_on))
    (move,) = (await api.agenda(one.candidate_id))["relocations"]
    steps = {step["step"]: date.fromisoformat(step["due_on"]) for step in move["steps"]}
    assert steps["certificate-of-eligibility"] == starts_on - timedelta(days=90)
    assert list(steps.values()) == sorted(steps.values())
    path = f"/relocations/{move['relocation_id']}"

    await api.at(in_izumo(steps["certificate-of-eligibility"] - timedelta(days=7), 9))
    await api.told(move["relocation_id"], "relocation-started", "relocation-step-due")
    etag = (await api.ask("GET", path)).headers["ETag"]
    changed = await api.ask("PATCH", path, {"visa_track": "engineer"}, **{"If-Match": etag})
    assert changed.json()["visa_track"] == "engineer"
    assert (await api.ask("PATCH", path, {"visa_track": "other"}, **{"If-Match": etag})).status_code == 412

    await api.do(f"{path}/steps/visa/done", token=api.firm(firm))
    arrived = await api.do(f"{path}/steps/arrival/done", token=api.candidate(one))
    assert (arrived["state"], arrived["arrived_on"]) == ("relocated", str(await api.today()))
    await api.told(move["relocation_id"], "candidate-relocated")


async def test_a_move_is_called_off_once(api: Scheduling) -> None:
    (one,), firm = await api.shortlist(), Firm()
    await api.tell(firm.registered(), firm.hired(one, await api.today() + timedelta(days=200)))
    (move,) = (await api.agenda(one.candidate_id))["relocations"]
    await api.tell(one.withdrawn(), one.erased(), sequence=3)
    told = await api.told(move["relocation_id"], "relocation-cancelled")
    assert [(event.type, event.data.get("reason")) for event in told] == [
        ("relocation-started", None),
        ("relocation-cancelled", "withdrawn"),
    ]


async def test_a_seat_expires_whether_or_not_its_timer_has_fired(api: Scheduling) -> None:
    visit = await api.open_visit(seats=1)
    slow, following = await api.shortlist(2)
    shown = await api.invite(visit, [slow, following])
    await api.at(datetime.fromisoformat(shown["invited"][0]["expires_at"]))
    assert await api.refused(f"{seat_path(visit, slow)}/acceptance") == "seat-expired"
    assert await api.states(visit) == {slow.candidate_id: "declined", following.candidate_id: "offered"}
    told = await api.told(seat_of(visit, slow), "visit-declined")
    assert told[-1].data["reason"] == "expired"


async def test_a_visit_that_is_closed_calls_off_what_lay_ahead(api: Scheduling) -> None:
    visit = await api.open_visit(seats=1)
    ones, firm = await api.shortlist(2), Firm()
    await api.tell(firm.registered(), firm.opened(), firm.matched(ones[0]))
    await api.book(visit, ones[0])
    await api.invite(visit, ones[1:])
    await api.do(f"/visits/{visit['visit_id']}/plan")
    closed = await api.do(f"/visits/{visit['visit_id']}/closing")
    assert (closed["state"], closed["held"], closed["waiting"]) == ("closed", 0, [])
    assert await api.states(visit) == {ones[0].candidate_id: "cancelled"}
    assert [one["reason"] for one in (await api.agenda(firm.firm_id))["interviews"]] == ["staff"]
    await api.told(visit["visit_id"], "visit-opened", "visit-closed")
