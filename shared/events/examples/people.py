"""The ids, the profile and the position that all examples are about, so that they tell one story."""

from datetime import date, datetime, timedelta, timezone
from typing import Final

from shared.events.ids import (
    ApplicationId,
    AssessmentId,
    CandidateId,
    FirmId,
    InterpreterId,
    InterviewId,
    LessonId,
    MatchId,
    MessageId,
    OfferId,
    PersonId,
    PlanId,
    PositionId,
    RelocationId,
    RequestId,
    RoundId,
    ShowcaseId,
    TeacherId,
    VisitId,
)
from shared.events.profile import (
    Profile,
    RequiredSkill,
    Requirements,
    Skill,
    SpokenLanguage,
)

CANDIDATE: Final = CandidateId("7d0f4c6b9e3a4f51a2c8d6e0b1f37c94")
TEAM_MATE: Final = CandidateId("2b9e61f0c4d84a7f8e15d3a6907bc2f8")
APPLICATION: Final = ApplicationId("c41d8f2e6a7b4b90935ef0a8d2c6174b")
ROUND: Final = RoundId("0e5a9c3d71f24c86b8d4e2f60a19735c")
FIRM: Final = FirmId("94b3e7d1a05c4f2e8c6d7f10b2a9e835")
POSITION: Final = PositionId("f18c2a6e4d9b47038b5e6c7d0a3f9142")
MATCH: Final = MatchId("6a2f9d0c8e1b4735a4c6e8f2b7d05193")
OFFER: Final = OfferId("b7e4c10d2f6a4958837c9e5d0f1a2b64")
VISIT: Final = VisitId("3c8d5f7a1e0b4926a9f4d2c6e8b70135")
INTERVIEW: Final = InterviewId("d59a0e3c7b1f4682904e6f8a2c5d7b13")
SHOWCASE: Final = ShowcaseId("8f1b6d4e0a2c4793b5d7e9f3c1a08264")
PLAN: Final = PlanId("15c7e9a3d0f24b68871a4c6e2f9b0d35")
LESSON: Final = LessonId("a90d3f5c7e1b4826b4c8d2e6f0a17395")
TEACHER: Final = TeacherId("e2f6b8d04a1c4937968d5f7b3c0e1a92")
INTERPRETER: Final = InterpreterId("4b7d1f9e3c5a4082a6e8c0f2d4b61937")
RELOCATION: Final = RelocationId("72e0c4a8f6d14b3995b7d1f3e5a90c28")
MESSAGE: Final = MessageId("c8a6f4e2d0b14937857b9d1f3e5c0a62")
REQUEST: Final = RequestId("5d3b1f9e7c0a4826a8f6d4c2e0b19375")
ASSESSMENT: Final = AssessmentId("9c1e3a5f7d0b42868b6d4f2e0c8a1937")
RECIPIENT: Final = PersonId(CANDIDATE)

PROFILE: Final = Profile(
    roles=("Back-end Web developer",),
    skills=(Skill(name="Python", years=6), Skill(name="PostgreSQL", years=4.5)),
    years_of_experience=6,
    education="master",
    spoken=(
        SpokenLanguage(language="uk", level="C2"),
        SpokenLanguage(language="en", level="B2"),
        SpokenLanguage(language="ja", level="A1"),
    ),
    expected_salary=5_500_000,
    available_from=date(2027, 10, 1),
    available_until=date(2028, 3, 31),
    family_members=1,
)
"""What the candidate can do and wants."""

REQUIREMENTS: Final = Requirements(
    title="バックエンドエンジニア",
    skills=(
        RequiredSkill(name="Python", years=3, must=True),
        RequiredSkill(name="Amazon Web Services (AWS)", years=1),
    ),
    years_of_experience=3,
    spoken=(SpokenLanguage(language="ja", level="A2"),),
    salary_min=4_800_000,
    salary_max=6_500_000,
    headcount=2,
    starts_on=date(2027, 12, 1),
    remote_before_move=True,
)
"""What the position asks for and offers."""

IZUMO: Final = timezone(timedelta(hours=9))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a moment of a day in Izumo."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=IZUMO)
