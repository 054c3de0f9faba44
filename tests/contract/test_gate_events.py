"""The gate, for events: each kind of break is refused, by its name and place; what only adds is let through."""

import pytest

from deploy.contract import events
from tests.contract.changes import ASYNC, Change, changed, found, rename, schema

BREAKS_OF_EVENTS: dict[str, tuple[Change, str, str]] = {
    "a field is removed": (
        lambda d: schema("RoundOpened", d)["properties"].pop("waitlist"),
        "removed",
        "intake.round-opened.v1 data.waitlist",
    ),
    "a field is renamed": (
        lambda d: rename(schema("RoundOpened", d)["properties"], "waitlist", "queue"),
        "removed",
        "intake.round-opened.v1 data.waitlist",
    ),
    "a field is retyped": (
        lambda d: schema("RoundOpened", d)["properties"].update(capacity={"type": "string"}),
        "retyped",
        "intake.round-opened.v1 data.capacity",
    ),
    "a bound is narrowed": (
        lambda d: schema("RoundOpened", d)["properties"]["capacity"].update(maximum=10),
        "narrowed",
        "intake.round-opened.v1 data.capacity",
    ),
    "a bound is widened, which yesterday's readers refuse": (
        lambda d: schema("RoundOpened", d)["properties"]["capacity"].pop("maximum"),
        "widened",
        "intake.round-opened.v1 data.capacity",
    ),
    "a pattern changes": (
        lambda d: schema("CandidateApplied", d)["properties"]["country"].update(pattern="^[A-Z]{3}$"),
        "narrowed",
        "intake.candidate-applied.v1 data.country",
    ),
    "a code is removed": (
        lambda d: schema("CandidateApplied", d)["properties"]["channel"]["anyOf"][0]["enum"].remove("x"),
        "narrowed",
        "intake.candidate-applied.v1 data.channel",
    ),
    "a closed list of codes gains one": (
        lambda d: schema("RoundClosed", d)["properties"]["reason"]["enum"].append("flood"),
        "widened",
        "intake.round-closed.v1 data.reason",
    ),
    "an optional field is made required": (
        lambda d: schema("CandidateApplied", d)["required"].append("age_band"),
        "made-required",
        "intake.candidate-applied.v1 data.age_band",
    ),
    "a new field is required": (
        lambda d: schema("RoundOpened", d).update(
            properties=schema("RoundOpened", d)["properties"] | {"fee": {"type": "integer"}},
            required=[*schema("RoundOpened", d)["required"], "fee"],
        ),
        "made-required",
        "intake.round-opened.v1 data.fee",
    ),
    "a field may be absent that was always there": (
        lambda d: schema("RoundOpened", d)["required"].remove("capacity"),
        "made-optional",
        "intake.round-opened.v1 data.capacity",
    ),
    "a part of a part changes": (
        lambda d: schema("Skill", d)["properties"].pop("years"),
        "removed",
        "intake.candidate-applied.v1 data.profile.skills[].years",
    ),
    "an absent field means something else": (
        lambda d: schema("Profile", d)["properties"]["family_members"].update(default=1),
        "default-changed",
        "intake.candidate-updated.v1 data.profile.family_members",
    ),
    "a subject changes": (
        lambda d: d["components"]["messages"]["scheduling.visit-booked.v1"].update(
            {"x-subject": ["candidate_id"]}
        ),
        "subject-changed",
        "scheduling.visit-booked.v1",
    ),
    "an event is removed": (
        lambda d: d["channels"].pop("matching.hire-ended.v1"),
        "removed",
        "matching.hire-ended.v1",
    ),
    "nobody publishes an event any more": (
        lambda d: d["operations"].pop("matching.sends.hire-ended.v1"),
        "removed",
        "matching.sends.hire-ended.v1",
    ),
    "an event goes another way": (
        lambda d: d["channels"]["matching.hire-ended.v1"].update(address="matching.left.v1"),
        "address-changed",
        "matching.hire-ended.v1",
    ),
    "a header is required that was not": (
        lambda d: schema("Envelope", d)["required"].append("cloudEvents_traceparent"),
        "made-required",
        "external.lesson-reported.v1 headers.cloudEvents_traceparent",
    ),
}


@pytest.mark.parametrize(("change", "rule", "where"), BREAKS_OF_EVENTS.values(), ids=BREAKS_OF_EVENTS)
def test_a_break_of_an_event_is_refused(change: Change, rule: str, where: str) -> None:
    assert (rule, where) in found(events.breaks(ASYNC, changed(ASYNC, change)))


ADDITIONS_TO_EVENTS: dict[str, Change] = {
    "nothing": lambda _: None,
    "an optional field": lambda d: schema("RoundOpened", d)["properties"].update(fee={"type": "integer"}),
    "an optional field of a part": lambda d: schema("Skill", d)["properties"].update(
        proven={"type": "boolean"}
    ),
    "a code, where the list has other": lambda d: schema("CandidateApplied", d)["properties"]["channel"][
        "anyOf"
    ][0]["enum"].append("mastodon"),
    "words": lambda d: schema("RoundOpened", d).update(description="Doors are open."),
    "an event": lambda d: d["channels"].update(
        {"intake.round-moved.v1": d["channels"]["intake.round-opened.v1"]}
    ),
    "a reader": lambda d: d["operations"].update(
        {"reporting.receives.round-opened.v1": d["operations"]["intake.sends.round-opened.v1"]}
    ),
}


@pytest.mark.parametrize("change", ADDITIONS_TO_EVENTS.values(), ids=ADDITIONS_TO_EVENTS)
def test_an_addition_to_the_events_is_let_through(change: Change) -> None:
    assert list(events.breaks(ASYNC, changed(ASYNC, change))) == []


BAD_EXAMPLES: dict[str, tuple[Change, str]] = {
    "data": (
        lambda example: example["payload"].update(capacity="many"),
        "intake.round-opened.v1 data.capacity",
    ),
    "headers": (
        lambda example: example["headers"].pop("cloudEvents_sequence"),
        "intake.round-opened.v1 headers",
    ),
    "only the classes know": (
        lambda example: example["payload"].update(round_id="0" * 32),
        "intake.round-opened.v1",
    ),
}


@pytest.mark.parametrize(("change", "where"), BAD_EXAMPLES.values(), ids=BAD_EXAMPLES)
def test_an_example_that_is_not_valid_is_refused(change: Change, where: str) -> None:
    message = "intake.round-opened.v1"
    made = changed(ASYNC, lambda d: change(d["components"]["messages"][message]["examples"][0]))
    assert ("example-refused", where) in found(events.refused_examples(made, made))


def test_all_examples_are_valid() -> None:
    assert list(events.refused_examples(ASYNC, ASYNC)) == []
