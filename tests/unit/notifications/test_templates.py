"""Every message, in every language it is written in, with sample values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import combinations

import pytest
from jinja2 import UndefinedError, meta

from services.notifications.languages import Language
from services.notifications.render import TEMPLATES, NoTemplateError, _environment, languages_of, render
from shared.events.told import TOLD

COMMON = {
    "name": "Олена Коваль",
    "programme": "Enmusubi Izumo",
    "frontend_url": "https://enmusubi.example/me",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleReason:
    code: str
    points: float
    skill: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleProposal:
    title: str
    reasons: tuple[SampleReason, ...]
    firm_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleLesson:
    starts_at: datetime
    ends_at: datetime
    plan_id: str = "plan-1"


@dataclass(frozen=True, kw_only=True, slots=True)
class SamplePlan:
    plan_id: str
    level: str
    target: str
    lessons: tuple[SampleLesson, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleStep:
    step: str
    due_on: date
    owner: str


def at(day: int, hour: int) -> datetime:
    return datetime(2027, 5, day, hour, tzinfo=UTC)


LESSONS = tuple(SampleLesson(starts_at=at(day, 9), ends_at=at(day, 10)) for day in (3, 10, 17))
REASONS = (
    SampleReason(code="skill", skill="Python", points=0.4),
    SampleReason(code="skill-near", skill="Django", points=0.2),
    SampleReason(code="skill-missing", skill="Go", points=-0.1),
    SampleReason(code="salary", points=-0.1),
)
STEPS = (
    SampleStep(step="arrival", due_on=date(2027, 9, 20), owner="candidate"),
    SampleStep(step="certificate-of-eligibility", due_on=date(2027, 6, 1), owner="firm"),
    SampleStep(step="housing", due_on=date(2027, 8, 1), owner="staff"),
)
VALUES: Mapping[str, object] = {
    "arrived_on": date(2027, 9, 18),
    "candidate_id": "candidate-1",
    "candidate_name": "Ганна Шевчук",
    "due_on": date(2027, 6, 1),
    "ends_at": at(14, 2),
    "ends_on": date(2027, 5, 21),
    "error": "timeout",
    "expires_at": at(1, 15),
    "firm_name": "島根ソフト",
    "host": "example.org",
    "interpreter_id": "interpreter-1",
    "interview_id": "interview-1",
    "lessons": LESSONS,
    "level": "A1",
    "link": "https://enmusubi.example/me#code",
    "match_id": "match-1",
    "missing_from": at(2, 3),
    "needs_visa": True,
    "offer_id": "offer-1",
    "place": "市役所 3F",
    "plans": (SamplePlan(plan_id="plan-1", level="none", target="A2", lessons=LESSONS),),
    "proposals": (SampleProposal(title="Backend engineer", reasons=REASONS, firm_name="島根ソフト"),),
    "reason": "other",
    "relocation_id": "relocation-1",
    "round_id": "round-1",
    "salary": 6_000_000,
    "starts_at": at(14, 1),
    "starts_on": date(2027, 5, 8),
    "step": "flight",
    "steps": STEPS,
    "taken": 100,
    "target": "B1",
    "team": "A-1",
    "theme": "高齢者の移動",
    "title": "Backend engineer",
    "visit_id": "visit-1",
    "waitlist_place": 7,
    "waitlisted": 50,
    "webhook_id": "webhook-1",
}


def documented() -> dict[tuple[str, str], frozenset[str]]:
    """Return the values of each template, as the README's table names them."""
    readme = (TEMPLATES / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+)/([\w-]+) \|(.*)\|$", readme, flags=re.MULTILINE)
    return {(role, name): frozenset(re.findall(r"\w+", values)) for role, name, values in rows}


DOCUMENTED = documented()
FILES = sorted(
    (path.parent.name, *path.name.removesuffix(".txt").rsplit(".", 1))
    for path in TEMPLATES.glob("*/*.txt")
    if path.parent.name != "parts"
)
SOURCES = [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in TEMPLATES.glob("*/*.txt")]


def source(role: str, template: str, language: str) -> str:
    return (TEMPLATES / role / f"{template}.{language}.txt").read_text(encoding="utf-8")


def prose(text: str) -> str:
    """Return what a template says by itself: no tags, and no name of a part of a mail."""
    return re.sub(r"\{[{%].*?[%}]\}|^Subject: ", "", text)


def values_of(role: str, template: str, **changed: object) -> dict[str, object]:
    needed = {key: VALUES[key] for key in DOCUMENTED[role, template]}
    return {**COMMON, **needed, **changed}


def test_every_template_that_the_contract_names_is_there_and_no_other() -> None:
    told = {(row.recipient, row.template) for row in TOLD if row.recipient != "owner"}
    owners = {
        (role, row.template)
        for row in TOLD
        if row.recipient == "owner"
        for role in ("candidate", "firm", "staff")
    }
    notices = {("candidate", "already-applied"), ("candidate", "link"), ("staff", "webhook-switched-off")}
    assert {(role, template) for role, template, _ in FILES} == told | owners | notices
    assert set(DOCUMENTED) == told | owners | notices


@pytest.mark.parametrize(("role", "template"), sorted(DOCUMENTED))
def test_every_template_is_there_in_the_languages_of_its_role(role: str, template: str) -> None:
    expected = tuple(Language) if role == "candidate" else (Language.EN, Language.JA)
    assert languages_of(role, template) == expected


@pytest.mark.parametrize(("role", "template", "language"), FILES)
def test_a_template_needs_the_values_that_the_readme_names(role: str, template: str, language: str) -> None:
    parsed = _environment().parse(source(role, template, language))
    assert meta.find_undeclared_variables(parsed) - set(COMMON) == DOCUMENTED[role, template]


@pytest.mark.parametrize(("role", "template", "language"), FILES)
def test_every_template_becomes_a_mail(role: str, template: str, language: str) -> None:
    mail = render(role, template, language, "Europe/Kyiv", values_of(role, template))
    assert mail.language == language
    assert mail.subject
    assert "\n" not in mail.subject
    assert "\n\n\n" not in mail.text
    assert mail.text.endswith("\n")
    assert not re.search(r"\{[{%]|[%}]\}|None| \n|\S {2,}\S", mail.text)


@pytest.mark.parametrize(("role", "template"), sorted(DOCUMENTED))
def test_a_value_that_is_missing_is_an_error(role: str, template: str) -> None:
    for missing in DOCUMENTED[role, template]:
        values = values_of(role, template)
        del values[missing]
        with pytest.raises(UndefinedError):
            render(role, template, "en", "Asia/Tokyo", values)


@pytest.mark.parametrize(("role", "template"), sorted(DOCUMENTED))
def test_languages_differ_from_each_other(role: str, template: str) -> None:
    sources = [source(role, template, language) for language in languages_of(role, template)]
    for one, other in combinations(sources, 2):
        assert prose(one.partition("\n")[0]) != prose(other.partition("\n")[0])
        assert prose(one) != prose(other)


@pytest.mark.parametrize("path", SOURCES)
def test_no_language_speaks_another(path: object) -> None:
    said = prose(path.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    language = str(path).rsplit(".", 2)[1]
    foreign = {
        "en": "[А-яЁёІіЇїЄєҐґ\u3040-\u30ff\u4e00-\u9fff]",
        "ru": "[A-Za-zІіЇїЄєҐґ\u3040-\u30ff\u4e00-\u9fff]",
        "uk": "[A-Za-zЫыЭэЪъЁё\u3040-\u30ff\u4e00-\u9fff]",
        "ja": "[A-Za-zА-яЁёІіЇїЄєҐґ]",
    }
    assert not re.search(foreign[language], said)


def test_only_a_firms_interview_mails_carry_a_candidates_name() -> None:
    carrying = {key for key, values in DOCUMENTED.items() if "candidate_name" in values}
    assert carrying == {("firm", f"interview-{what}") for what in ("scheduled", "moved", "cancelled")}
    assert not any("candidate_name" in source(*file).partition("\n")[0] for file in FILES)


@pytest.mark.parametrize(("role", "template", "language"), FILES)
def test_a_link_has_a_line_of_its_own(role: str, template: str, language: str) -> None:
    mail = render(role, template, language, "Europe/Kyiv", values_of(role, template))
    assert all(line.startswith("https://") for line in mail.text.splitlines() if "https://" in line)


def test_a_language_that_is_not_there_is_english() -> None:
    values = values_of("firm", "welcome")
    assert render("firm", "welcome", "uk-UA", "Europe/Kyiv", values).language == Language.EN
    assert render("candidate", "link", "be", "Europe/Minsk", values_of("candidate", "link")).language == "en"
    assert (
        render("candidate", "link", "uk-UA", "Europe/Kyiv", values_of("candidate", "link")).language == "uk"
    )


def test_a_template_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(NoTemplateError, match="firm/hired"):
        render("firm", "hired", "en", "Asia/Tokyo", COMMON)


def test_a_name_cannot_add_lines() -> None:
    values = values_of("candidate", "offer-made", firm_name="Firm\r\nBcc: everybody@example.com\n\nText")
    mail = render("candidate", "offer-made", "en", "Asia/Tokyo", values)
    assert mail.subject == "Firm Bcc: everybody@example.com  Text offers you a position"
    assert "Bcc: everybody@example.com  Text would like" in mail.text


def test_a_name_is_written_as_it_is() -> None:
    values = values_of("candidate", "link") | {"name": "O'Brien & <Søn>"}
    assert "Hello O'Brien & <Søn>," in render("candidate", "link", "en", "Asia/Tokyo", values).text


def test_a_deadline_is_told_in_the_readers_zone_and_an_interview_in_izumos() -> None:
    offer = render("candidate", "offer-made", "uk", "Europe/Kyiv", values_of("candidate", "offer-made"))
    assert "субота, 1 травня 2027 року, 18:00 (Київ, UTC+3)" in offer.text
    interview = render(
        "candidate", "interview-scheduled", "uk", "Europe/Kyiv", values_of("candidate", "interview-scheduled")
    )
    assert "пʼятниця, 14 травня 2027 року, 10:00–11:00 (Японія, UTC+9)" in interview.text


@pytest.mark.parametrize("language", Language)
def test_what_is_optional_can_be_left_out(language: Language) -> None:
    with_visa = values_of("candidate", "visit-offered")
    asked = render("candidate", "visit-offered", language, "Asia/Tokyo", with_visa).text
    not_asked = render(
        "candidate", "visit-offered", language, "Asia/Tokyo", with_visa | {"needs_visa": False}
    ).text
    assert len(not_asked.split("\n\n")) == len(asked.split("\n\n")) - 1
    alone = values_of("candidate", "interview-scheduled", interpreter_id=None)
    assert (
        len(render("candidate", "interview-scheduled", language, "Asia/Tokyo", alone).text.split("\n\n")) > 3
    )


def test_a_firm_is_told_of_a_cancelled_interview_when_the_name_is_gone() -> None:
    values = values_of("firm", "interview-cancelled", candidate_name=None, reason="erased")
    text = render("firm", "interview-cancelled", "en", "Asia/Tokyo", values).text
    assert "Candidate:" not in text
    assert "no longer taking part" in text


@pytest.mark.parametrize("language", Language)
def test_an_interview_that_cannot_be_planned_again_promises_nothing(language: Language) -> None:
    values = values_of("candidate", "interview-cancelled", reason="staff")
    again = render("candidate", "interview-cancelled", language, "Asia/Tokyo", values).text
    over = render(
        "candidate", "interview-cancelled", language, "Asia/Tokyo", values | {"reason": "withdrawn"}
    ).text
    assert again.count(".") + again.count("。") > over.count(".") + over.count("。")


@pytest.mark.parametrize("language", Language)
def test_a_proposal_without_reasons_leaves_no_empty_label(language: Language) -> None:
    bare = SampleProposal(title="Backend engineer", reasons=(), firm_name="Firm")
    values = values_of("candidate", "proposals", proposals=(bare, bare))
    text = render("candidate", "proposals", language, "Asia/Tokyo", values).text
    first, second, *_ = [line for line in text.splitlines() if "Backend engineer" in line]
    assert f"{first}\n{second}\n" in text
