"""Previews over HTTP: what a message says, without sending it."""

from dataclasses import replace
from typing import Annotated

from pydantic import ConfigDict, Field

from services.notifications.domain.examples import example, example_facts
from services.notifications.domain.facts import Facts
from services.notifications.domain.recipients import RecipientRole
from services.notifications.languages import Language as WrittenLanguage
from services.notifications.render import languages_of
from services.notifications.writing import Sample, Writer
from shared.events.ids import (
    CandidateId,
    InterpreterId,
    InterviewId,
    MatchId,
    OfferId,
    PlanId,
    RelocationId,
    RoundId,
    VisitId,
)
from shared.events.profile import Reason
from shared.events.scheduling import PlannedLesson, RelocationStep
from shared.events.texts import Code, Line, PersonName
from shared.events.times import Day, Moment, TimeZone
from shared.events.value import Value
from shared.events.vocabulary import Count, Flag, Language, Level, Places, Score, Yen
from shared.web.app import router as new_router
from shared.web.identity import StaffOrService
from shared.web.parts import using
from shared.web.problems import FieldError, Invalid

router = new_router()
TheWriter = Annotated[Writer, using(Writer)]
SOMEBODY = "Łukasz Ковальчук"


class FactsForm(Value):
    """What a message tells of one event. What is absent is as in the contract's example of that event."""

    candidate_id: CandidateId | None = None
    """Whom it is about."""
    interpreter_id: InterpreterId | None = None
    """Who interprets."""
    interview_id: InterviewId | None = None
    """The interview."""
    match_id: MatchId | None = None
    """The match."""
    offer_id: OfferId | None = None
    """The offer."""
    plan_id: PlanId | None = None
    """The plan of lessons."""
    relocation_id: RelocationId | None = None
    """The move."""
    round_id: RoundId | None = None
    """The round."""
    visit_id: VisitId | None = None
    """The visit."""
    firm_name: Line | None = None
    """The company's name."""
    title: Line | None = None
    """The position's."""
    place: Line | None = None
    """Where it takes place."""
    team: Line | None = None
    """What the team is called."""
    theme: Line | None = None
    """What the team works on."""
    reason: Code | None = None
    """Why it ended, as a code."""
    step: Code | None = None
    """What has to be done, as a code."""
    level: Level | None = None
    """The present command of Japanese (CEFR)."""
    target: Level | None = None
    """The command of Japanese that lessons lead to (CEFR)."""
    needs_visa: Flag | None = None
    """Whether a visa is needed for the visit."""
    salary: Yen | None = None
    """The salary: yen, gross, a year."""
    score: Score | None = None
    """How well candidate and position suit each other, from 0 to 1."""
    taken: Count | None = None
    """How many have a place in the round."""
    waitlisted: Count | None = None
    """How many are on the waitlist."""
    waitlist_place: Places | None = None
    """The place on the waitlist, counted from 1."""
    arrived_on: Day | None = None
    """The day of the arrival."""
    due_on: Day | None = None
    """The last day on which the step is in time."""
    ends_on: Day | None = None
    """The last day, included."""
    starts_on: Day | None = None
    """The first day."""
    ends_at: Moment | None = None
    """When it ends."""
    expires_at: Moment | None = None
    """After this moment it cannot be accepted any more."""
    starts_at: Moment | None = None
    """When it begins."""
    lessons: Annotated[tuple[PlannedLesson, ...], Field(max_length=100)] | None = None
    """The lessons of the plan."""
    reasons: Annotated[tuple[Reason, ...], Field(max_length=50)] | None = None
    """What the score is made of."""
    steps: Annotated[tuple[RelocationStep, ...], Field(max_length=50)] | None = None
    """What has to be done for the move."""

    def over(self, facts: Facts) -> Facts:
        """Return the facts with what is given in place of what they say."""
        return replace(facts, **{name: value for name, value in self if value is not None})


class PreviewRequest(Value):
    """Which message is to be shown, and to whom it might go."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "role": "candidate",
                    "template": "offer-made",
                    "language": "uk",
                    "time_zone": "Europe/Kyiv",
                    "facts": [{"firm_name": "島根ソフト", "salary": 5_000_000}],
                }
            ]
        }
    )

    role: RecipientRole
    """In which role somebody gets it."""
    template: Code = Field(examples=["offer-made"])
    """Which message it is."""
    language: Language = "en"
    """The language that it is wanted in (BCP 47)."""
    time_zone: TimeZone = "Asia/Tokyo"
    """The recipient's time zone (IANA), in which times are written."""
    name: PersonName = Field(default=SOMEBODY, repr=False)
    """The recipient's."""
    candidate_name: PersonName = Field(default=SOMEBODY, repr=False)
    """The candidate's, where the message tells a firm."""
    facts: Annotated[tuple[FactsForm, ...], Field(min_length=1, max_length=20)] = (FactsForm(),)
    """What the message tells: of one that is gathered each event, of any other only the first."""


class Preview(Value):
    """A message as its recipient would read it."""

    subject: str
    """The subject of the mail."""
    text: str
    """Plain text. A link leads to the page itself: there is no code in it."""
    language: WrittenLanguage
    """The language it is written in; where there is nothing in the one that was asked for, another one."""


@router.post("/messages/preview", tags=["messages"])
async def preview(request: PreviewRequest, _: StaffOrService, writer: TheWriter) -> Preview:
    """Show a message as somebody would read it, of an example or of what is given. Sends and keeps nothing."""
    if not languages_of(request.role, request.template):
        message = f"There is no such message to a {request.role}"
        raise Invalid(errors=[FieldError(where="body.template", message=message, code="unknown")])
    known = example_facts(request.role, request.template)
    message_to_nobody = example(request.role, request.template, [one.over(known) for one in request.facts])
    reader = Sample(
        name=request.name,
        candidate_name=request.candidate_name,
        language=request.language,
        time_zone=request.time_zone,
    )
    mail = writer.sample(message_to_nobody, reader)
    return Preview(subject=mail.subject, text=mail.text, language=mail.language)
