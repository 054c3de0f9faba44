"""The summary that a person reads at the end: a funnel, countries, the visit's calendar, one candidate's story."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.columns import Columns
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from deploy.demo.cast import Cast
from deploy.demo.facts import Facts
from deploy.demo.history import Told

IZUMO = ZoneInfo("Asia/Tokyo")
BAR = 44
FUNNEL = (
    ("candidate-applied", "applied"),
    ("candidate-shortlisted", "were shortlisted"),
    ("match-proposed", "had a proposal"),
    ("match-accepted", "accepted one"),
    ("visit-booked", "took a seat"),
    ("interview-held", "were interviewed"),
    ("offer-made", "had an offer"),
    ("offer-accepted", "were hired"),
    ("candidate-relocated", "moved to Izumo"),
)
"""How far people got: how many different candidates an event of that type is about."""


def show(console: Console, facts: Facts, summary: Mapping[str, Any], cast: Cast) -> None:
    """Print everything."""
    console.print(
        Panel(_funnel(facts), title="How far people got", subtitle=_closing(summary), border_style="red"),
        Panel(_countries(facts), title="Where they live", border_style="red"),
        Panel(_calendar(facts, cast), title="The visit's calendar, Izumo time", border_style="red"),
        Panel(_story(facts, cast), title="One candidate's story", border_style="red"),
        Panel(_figures(summary), title="Behind it", border_style="red"),
    )


def _funnel(facts: Facts) -> Table:
    table = Table.grid(padding=(0, 2))
    people = {kind: len({told.data["candidate_id"] for told in facts.of(kind)}) for kind, _ in FUNNEL}
    for kind, words in FUNNEL:
        bar = "█" * max(1, round(BAR * people[kind] / max(people.values()))) if people[kind] else ""
        table.add_row(words, Text(str(people[kind]), justify="right"), Text(bar, style="red"))
    return table


def _closing(summary: Mapping[str, Any]) -> str:
    how = "closed early" if summary["round_closed_early"] else "closed"
    return f"{summary['waitlisted']} on the waitlist; the round {how}; {summary['refused']} came too late"


def _countries(facts: Facts) -> Columns:
    counts = Counter(told.data["country"] for told in facts.of("candidate-applied"))
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return Columns(
        (
            Text.assemble((f"{_flag(country)} {country} ", "bold"), f"{count:>3}", no_wrap=True)
            for country, count in ordered
        ),
        padding=(0, 3),
    )


def _flag(country: str) -> str:
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in country)


def _calendar(facts: Facts, cast: Cast) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold", expand=True)
    for heading, width in (("Day", 10), ("Time", 5), ("Who", 18), ("What", None), ("Outcome", 9)):
        table.add_column(heading, overflow="ellipsis", no_wrap=True, width=width, ratio=None if width else 1)
    day_before = ""
    for starts_at, *cells in sorted(_appointments(facts, cast)):
        day = f"{starts_at:%a %d %b}"
        table.add_row("" if day == day_before else day, f"{starts_at:%H:%M}", *cells)
        day_before = day
    return table


def _appointments(facts: Facts, cast: Cast) -> Iterator[tuple[datetime, str, str, str]]:
    """Give each appointment of the visit: when, who, what, and what came of it."""
    for told in facts.of("interview-held"):
        who, what = cast.name(told.data["candidate_id"]), cast.title(told.data["position_id"])
        yield _local(told.data["starts_at"]), who, what, told.data["outcome"]
    for told in facts.of("showcase-held"):
        what = f"showcase: {told.data['theme']}"
        yield _local(told.data["starts_at"]), told.data["team"], what, f"{len(told.data['firm_ids'])} firms"


def _story(facts: Facts, cast: Cast) -> Group:
    """Tell of whoever moved and has most to tell, or else of one who was shortlisted."""
    moved = [told.data["candidate_id"] for told in facts.of("candidate-relocated")]
    known = moved or [facts.of("candidate-shortlisted")[0].data["candidate_id"]]
    stories = {who: [told for told in facts.events if told.data.get("candidate_id") == who] for who in known}
    who = max(known, key=lambda one: len(stories[one]))
    table = Table.grid(padding=(0, 2))
    for told in stories[who]:
        if line := _line(told, cast):
            day = told.time.astimezone(IZUMO).strftime("%d %b %Y")
            table.add_row(Text(day, style="dim"), Text(line, overflow="fold"))
    person = cast.people[who].applicant
    return Group(Text(f"{person.name}, {person.country}", style="bold"), table)


def _line(told: Told, cast: Cast) -> str:  # noqa: PLR0911  one sentence for each kind of event
    data = told.data
    match told.type:
        case "match-accepted" if data["complete"]:
            return f"match made: {cast.title(data['position_id'])}"
        case "match-proposed" | "match-accepted" | "match-declined":
            return ""
        case "interview-held":
            return f"interview: {cast.title(data['position_id'])} says {data['outcome']}"
        case "offer-made" | "offer-accepted":
            return f"{told.type.replace('-', ' ')}: {cast.title(data['position_id'])}, ¥{data['salary']:,} a year"
        case "offer-declined" | "offer-expired" | "offer-withdrawn":
            return f"{told.type.replace('-', ' ')}: {cast.title(data['position_id'])}"
        case "interview-scheduled":
            return (
                f"interview on {_local(data['starts_at']):%d %b at %H:%M}: {cast.title(data['position_id'])}"
            )
        case "visit-step-done" | "relocation-step-done":
            return f"{data['step'].replace('-', ' ')}: done"
        case "visit-step-due" | "relocation-step-due":
            return ""
        case "lessons-planned":
            return f"{len(data['lessons'])} Japanese lessons planned, towards {data['target']}"
        case _:
            return told.type.replace("-", " ")


def _local(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(IZUMO)


def _figures(summary: Mapping[str, Any]) -> Text:
    return Text("\n".join(_sentences(summary)))


def _sentences(summary: Mapping[str, Any]) -> Iterator[str]:
    languages = ", ".join(f"{count} {language}" for language, count in summary["mails_by_language"].items())
    yield f"{summary['events_published']} events on RabbitMQ, each taken to heart exactly once"
    yield f"{summary['matches_proposed']} matches proposed, {summary['lessons_planned']} lesson plans"
    yield f"{summary['mails_received']} mails, as many as messages sent ({languages})"
    yield f"a year in {summary['seconds']:g} seconds"
