"""Interpreters, when people can, and their calendars, with nothing but scheduling running."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from deploy.local.run import LocalRun
from shared.events import CandidateApplied, private
from shared.events.ids import TeacherId
from shared.events.profile import SpokenLanguage
from shared.ids import new
from tests.harness.intake import Postbox
from tests.harness.scheduling import IZUMO, Applicant, Firm, Json, Scheduling, in_izumo

INTERPRETER = {
    "name": "Марія Сато",
    "contact": {"name": "Марія Сато", "email": "maria@interpreting.example"},
    "languages": ["uk", "ja"],
    "language": "uk",
}
TEACHER = {"name": "山本 花子", "contact": {"name": "山本 花子", "email": "sensei@school.example"}}


@pytest.fixture
async def api(scheduling: LocalRun) -> AsyncIterator[Scheduling]:
    async with httpx.AsyncClient(base_url=scheduling.urls["scheduling"], timeout=30, trust_env=False) as http:
        yield Scheduling(scheduling, http)


def speaking(one: Applicant, **levels: str) -> CandidateApplied:
    """Tell of an application of somebody who speaks these languages."""
    applied = one.applied()
    spoken = tuple(
        SpokenLanguage.model_validate({"language": language, "level": level})
        for language, level in levels.items()
    )
    return applied.model_copy(update={"profile": applied.profile.model_copy(update={"spoken": spoken})})


async def planned(
    api: Scheduling, firm: Firm, *ones: Applicant, weeks_ahead: int = 12, **levels: str
) -> Json:
    """Have these candidates, who speak this, interviewed by a firm; return what the planner did."""
    visit = await api.open_visit(seats=len(ones), weeks_ahead=weeks_ahead)
    await api.tell(firm.registered(), firm.opened())
    for one in ones:
        await api.tell(speaking(one, **levels), one.shortlisted(), firm.matched(one))
    await api.book(visit, *ones)
    return await api.do(f"/visits/{visit['visit_id']}/plan")


async def set_availability(
    api: Scheduling, person_id: str, version: str = '"0"', **said: Any
) -> httpx.Response:
    return await api.ask("PUT", f"/availability/{person_id}", said, **{"If-Match": version})


async def test_who_shares_no_language_with_a_firm_has_an_interpreter(api: Scheduling) -> None:
    firm, one, fluent, alone = Firm(), Applicant(), Applicant(), Applicant()
    without = await planned(api, firm, alone, uk="C2")
    assert [found.get("interpreter_id") for found in without["planned"]] == [None]
    assert without["without_interpreter"] == without["planned"]

    interpreter = await api.create("/interpreters", INTERPRETER)
    who = interpreter["interpreter_id"]
    assert interpreter["languages"] == ["ja", "uk"]
    with_help = await planned(api, firm, one, weeks_ahead=14, uk="C2", ja="A2")
    (interview,) = with_help["planned"]
    assert (interview["interpreter_id"], with_help["without_interpreter"]) == (who, [])
    by_themselves = await planned(api, firm, fluent, weeks_ahead=16, uk="C2", ja="B2")
    assert by_themselves["without_interpreter"] == []
    assert "interpreter_id" not in by_themselves["planned"][0]

    (told,) = await api.told(interview["interview_id"], "interview-scheduled")
    assert told.data["interpreter_id"] == who
    own = api.run.token("interpreter", person_id=who)
    assert (await api.get(f"/agendas/{who}", token=own))["interviews"] == [interview]
    path = f"/interviews/{interview['interview_id']}"
    assert await api.get(path, token=own) == interview
    assert (await api.do(f"{path}/cancellation", token=own))["reason"] == "staff"


async def test_an_interpreter_is_at_one_interview_at_a_time(api: Scheduling) -> None:
    await api.create("/interpreters", {**INTERPRETER, "languages": ["pl", "ja"]})
    first, second = Applicant(), Applicant()
    other_firm = Firm(name="松江ソフト")
    await api.tell(other_firm.registered(), other_firm.opened(), other_firm.matched(second))
    answer = await planned(api, Firm(), first, second, pl="C1")
    assert len(answer["planned"]) == 3
    assert len({one["starts_at"] for one in answer["planned"]}) == 3


async def test_an_interpreters_contact_goes_to_notifications_alone(api: Scheduling) -> None:
    interpreter = await api.create("/interpreters", INTERPRETER)
    (contact,) = await Postbox(api.run).wait_for(private.Contact, interpreter["interpreter_id"])
    assert (contact.role, contact.name, contact.language) == ("interpreter", "Марія Сато", "uk")
    assert "Марія" not in str(await api.get("/interpreters"))
    refused = await api.ask(
        "POST", "/interpreters", {**INTERPRETER, "languages": ["ja"]}, **{"Idempotency-Key": new(TeacherId)}
    )
    assert refused.json()["errors"][0]["where"] == "body.languages"


async def test_availability_is_read_set_and_guarded(api: Scheduling) -> None:
    (one, other) = await api.shortlist(2)
    path, own = f"/availability/{one.candidate_id}", api.candidate(one)
    read = await api.ask("GET", path, token=own)
    assert (read.json(), read.headers["ETag"]) == ({"person_id": one.candidate_id, "cannot": []}, '"0"')
    said = {
        "time_zone": "Europe/Kyiv",
        "hours": {"saturday": {"begins": "09:00:00", "ends": "13:00:00"}},
        "cannot": [{"starts_at": "2040-05-14T00:00:00+03:00", "ends_at": "2040-05-17T00:00:00+03:00"}],
    }
    assert (await api.ask("PUT", path, said, token=own)).status_code == 428
    changed = await api.ask("PUT", path, said, token=own, **{"If-Match": '"0"'})
    assert (changed.status_code, changed.headers["ETag"], changed.json()["hours"]) == (
        200,
        '"1"',
        said["hours"],
    )
    assert (await api.ask("PUT", path, said, token=own, **{"If-Match": '"1"'})).headers["ETag"] == '"1"'
    assert (await api.ask("PUT", path, {}, token=own, **{"If-Match": '"0"'})).status_code == 412
    assert (await api.ask("GET", path, token=api.candidate(other))).status_code == 403
    wrong = await set_availability(api, one.candidate_id, '"1"', hours=said["hours"])
    assert wrong.json()["errors"][0]["code"] == "zone"
    assert (await set_availability(api, new(TeacherId))).json()["type"] == "not-known-yet"


async def test_interviews_heed_what_everybody_said(api: Scheduling) -> None:
    visit = await api.open_visit(seats=1)
    monday = date.fromisoformat(visit["starts_on"])
    (one,), firm = await api.shortlist(), Firm()
    await api.tell(firm.registered(), firm.opened(), firm.matched(one))
    await api.book(visit, one)
    away = {"starts_at": in_izumo(monday, 0).isoformat(), "ends_at": in_izumo(monday, 14).isoformat()}
    # At home they can in the morning alone, which is not what counts during the visit.
    morning = {"monday": {"begins": "08:00", "ends": "09:00"}}
    await set_availability(api, one.candidate_id, cannot=[away], time_zone="Europe/Kyiv", hours=morning)
    late = {day: {"begins": "16:00", "ends": "23:00"} for day in ("monday", "tuesday")}
    answer = await set_availability(api, firm.firm_id, time_zone="Asia/Tokyo", hours=late)
    assert answer.status_code == 200
    (interview,) = (await api.do(f"/visits/{visit['visit_id']}/plan"))["planned"]
    assert datetime.fromisoformat(interview["starts_at"]) == in_izumo(monday, 16)


def at_the_time_of(interview: Json) -> list[Json]:
    return [{"starts_at": interview["starts_at"], "ends_at": interview["ends_at"]}]


async def test_an_interview_is_moved_when_somebody_cannot_any_more(api: Scheduling) -> None:
    one, firm = Applicant(), Firm()
    (interview,) = (await planned(api, firm, one, ja="C1"))["planned"]
    plan = f"/visits/{interview['visit_id']}/plan"
    await set_availability(api, one.candidate_id, cannot=at_the_time_of(interview))

    answer = await api.do(plan)
    again = await api.do(plan)

    (moved,) = answer["moved"]
    assert moved["interview_id"] == interview["interview_id"]
    assert moved["starts_at"] > interview["starts_at"]
    assert answer["planned"] == again["planned"] == again["moved"] == []
    told = await api.told(interview["interview_id"], "interview-scheduled", "interview-moved")
    assert datetime.fromisoformat(told[-1].data["starts_at"]) == datetime.fromisoformat(moved["starts_at"])

    other = Applicant()
    await api.tell(speaking(other, ja="C1"), other.shortlisted(), firm.matched(other))
    await api.invite({"visit_id": interview["visit_id"]}, [other])
    await api.do(f"/visits/{interview['visit_id']}/seats/{one.candidate_id}/cancellation")
    await api.do(f"/visits/{interview['visit_id']}/seats/{other.candidate_id}/acceptance")
    (free,) = (await api.do(plan))["planned"]
    assert free["starts_at"] == interview["starts_at"]


async def test_an_interpreter_who_cannot_any_more_hears_of_it(api: Scheduling) -> None:
    either = {**INTERPRETER, "languages": ["cs", "ja"]}
    first = (await api.create("/interpreters", either))["interpreter_id"]
    one, firm = Applicant(), Firm()
    (interview,) = (await planned(api, firm, one, cs="C2"))["planned"]
    assert interview["interpreter_id"] == first
    second = (await api.create("/interpreters", either))["interpreter_id"]
    whole_visit = [{"starts_at": "2026-01-01T00:00:00Z", "ends_at": "2100-01-01T00:00:00Z"}]
    await set_availability(api, first, cannot=whole_visit)

    (moved,) = (await api.do(f"/visits/{interview['visit_id']}/plan"))["moved"]

    assert moved["interpreter_id"] == second
    told = await api.told(interview["interview_id"], "interview-cancelled")
    assert told[-1].data["reason"] == "staff"
    await api.told(moved["interview_id"], "interview-scheduled")


async def test_an_interview_that_finds_no_other_time_stays(api: Scheduling) -> None:
    one, firm = Applicant(), Firm()
    (interview,) = (await planned(api, firm, one, ja="C1"))["planned"]
    always = [{"starts_at": "2026-01-01T00:00:00Z", "ends_at": "2100-01-01T00:00:00Z"}]
    await set_availability(api, firm.firm_id, cannot=always)
    answer = await api.do(f"/visits/{interview['visit_id']}/plan")
    assert [found["match_id"] for found in answer["without_slot"]] == [interview["match_id"]]
    assert (await api.get(f"/interviews/{interview['interview_id']}")) == interview


async def test_lessons_heed_what_everybody_said(api: Scheduling) -> None:
    teacher = await api.create("/teachers", TEACHER)
    hours = {day: {"begins": "17:00", "ends": "20:00"} for day in ("tuesday", "friday")}
    await set_availability(api, teacher["teacher_id"], time_zone="Asia/Tokyo", hours=hours)
    picky = Applicant(wants_lessons=True)
    await api.tell(picky.applied())
    nights = {"friday": {"begins": "01:00", "ends": "02:00"}}
    await set_availability(api, picky.candidate_id, time_zone="Europe/Kyiv", hours=nights)
    await api.tell(picky.shortlisted(), sequence=2)
    assert (await api.agenda(picky.candidate_id))["lesson_plans"] == []

    answer = await set_availability(api, picky.candidate_id, '"1"')
    assert answer.status_code == 200
    await api.rest()

    (plan,) = (await api.agenda(picky.candidate_id))["lesson_plans"]
    begins = [datetime.fromisoformat(one["starts_at"]).astimezone(IZUMO) for one in plan["lessons"]]
    assert {(one.weekday(), one.hour >= 17) for one in begins} == {(1, True), (4, True)}


async def test_a_calendar_shows_what_the_agenda_does_until_its_owner_is_erased(api: Scheduling) -> None:
    one, firm = Applicant(wants_lessons=True), Firm()
    await api.create("/teachers", TEACHER)
    (interview,) = (await planned(api, firm, one, ja="C1"))["planned"]
    await api.tell(firm.hired(one, await api.today() + timedelta(days=200)))
    agenda = await api.get(f"/agendas/{one.candidate_id}", token=api.candidate(one))
    again = await api.agenda(one.candidate_id)
    assert agenda["calendar"] == again["calendar"]

    answer = await api.http.get(agenda["calendar"])
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    events: dict[str, Any] = {
        str(event["UID"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")
    }
    shown = events[f"{interview['interview_id']}@enmusubi"]
    assert shown["DTSTART"].dt == datetime.fromisoformat(interview["starts_at"])
    assert shown["DTSTART"].params["TZID"] == "Asia/Tokyo"
    assert (shown["SUMMARY"], shown["LOCATION"]) == (f"Співбесіда: Back-end engineer, {firm.name}", firm.name)
    (seat,) = agenda["seats"]
    stay = events[f"{seat['visit_id']}.{one.candidate_id}@enmusubi"]
    assert stay["DTEND"].dt == date.fromisoformat(seat["ends_on"]) + timedelta(days=1)
    lessons = [lesson for plan in agenda["lesson_plans"] for lesson in plan["lessons"]]
    assert {f"{lesson['lesson_id']}@enmusubi" for lesson in lessons} <= events.keys()
    assert f"{seat['visit_id']}.{one.candidate_id}.flight@enmusubi" in events

    await api.do(f"/interviews/{interview['interview_id']}/cancellation")
    assert interview["interview_id"] not in (await api.http.get(agenda["calendar"])).text
    await api.tell(one.erased(), sequence=3)
    assert (await api.http.get(agenda["calendar"])).status_code == 404
    assert "calendar" not in await api.agenda(one.candidate_id)
    gone = await set_availability(api, one.candidate_id)
    assert gone.status_code == 404


async def test_no_calendar_is_found_by_guessing(api: Scheduling) -> None:
    assert (await api.http.get(f"/calendars/{'0' * 64}.ics")).status_code == 404
    assert (await api.http.get("/calendars/a.ics")).status_code == 422
    stranger = await api.agenda(new(TeacherId))
    assert "calendar" not in stranger
