"""The gate: each kind of break is refused, by its name and place; what only adds is let through."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from deploy.contract import events, gate, http
from deploy.contract.breaks import Break
from deploy.contract.documents import ASYNCAPI, COMMITTED, read
from deploy.contract.shapes import NotUnderstoodError, Shape
from deploy.local.environment import SERVICES
from shared.contract.asyncapi import document

Document = dict[str, Any]
Change = Callable[[Document], object]

ASYNC = document()
INTAKE: Document = dict(read(COMMITTED / "openapi")["intake.json"])


def found(breaks: list[Break]) -> set[tuple[str, str]]:
    return {(one.rule, one.where) for one in breaks}


def changed(original: Document, change: Change) -> Document:
    copied = copy.deepcopy(original)
    change(copied)
    return copied


# --- Events ---


def schema(name: str, document: Document) -> Document:
    part: Document = document["components"]["schemas"][name]
    return part


def rename(fields: Document, old: str, new: str) -> None:
    fields[new] = fields.pop(old)


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
    assert (rule, where) in found(list(events.breaks(ASYNC, changed(ASYNC, change))))


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
    assert ("example-refused", where) in found(list(events.refused_examples(made, made)))


def test_all_examples_are_valid() -> None:
    assert list(events.refused_examples(ASYNC, ASYNC)) == []


# --- HTTP ---


def operation(document: Document, method: str = "post", path: str = "/applications") -> Document:
    described: Document = document["paths"][path][method]
    return described


BREAKS_OF_HTTP: dict[str, tuple[Change, str, str]] = {
    "an endpoint is removed": (
        lambda d: d["paths"].pop("/links"),
        "removed",
        "intake POST /links",
    ),
    "a request has to have what it had not": (
        lambda d: schema("ApplicationRequest", d)["required"].append("age_band"),
        "made-required",
        "intake POST /applications request.age_band",
    ),
    "a request may not have what it had": (
        lambda d: schema("ApplicationRequest", d)["properties"].pop("channel"),
        "removed",
        "intake POST /applications request.channel",
    ),
    "a request is held to less": (
        lambda d: schema("RoundRequest", d)["properties"]["capacity"].update(maximum=3),
        "narrowed",
        "intake POST /rounds request.capacity",
    ),
    "a request's field is retyped": (
        lambda d: schema("RoundRequest", d)["properties"].update(capacity={"type": "string"}),
        "retyped",
        "intake POST /rounds request.capacity",
    ),
    "an answer lacks what it had": (
        lambda d: schema("ApplicationAnswer", d)["properties"].pop("state"),
        "removed",
        "intake POST /applications 201.state",
    ),
    "an answer may lack what it always had": (
        lambda d: schema("ApplicationAnswer", d)["required"].remove("state"),
        "made-optional",
        "intake POST /applications 201.state",
    ),
    "an answer has a code nobody knows": (
        lambda d: schema("ApplicationAnswer", d)["properties"]["state"]["enum"].append("lost"),
        "widened",
        "intake POST /applications 201.state",
    ),
    "an answer's field is retyped": (
        lambda d: schema("ApplicationAnswer", d)["properties"].update(state={"type": "integer"}),
        "retyped",
        "intake POST /applications 201.state",
    ),
    "a success has another status": (
        lambda d: rename(operation(d)["responses"], "201", "200"),
        "removed",
        "intake POST /applications 201",
    ),
    "a problem has another type": (
        lambda d: operation(d)["responses"]["409"].update(description="`closed-round`: The round is closed"),
        "removed",
        "intake POST /applications 409",
    ),
    "a parameter is removed": (
        lambda d: operation(d, "get")["parameters"].clear(),
        "removed",
        "intake GET /applications query.cursor",
    ),
    "a new parameter is required": (
        lambda d: operation(d, "get")["parameters"].append(
            {"in": "query", "name": "year", "required": True, "schema": {"type": "integer"}}
        ),
        "made-required",
        "intake GET /applications query.year",
    ),
    "a token is needed where none was": (
        lambda d: operation(d).update(security=[{"bearer": []}]),
        "closed-off",
        "intake POST /applications",
    ),
}


@pytest.mark.parametrize(("change", "rule", "where"), BREAKS_OF_HTTP.values(), ids=BREAKS_OF_HTTP)
def test_a_break_of_an_endpoint_is_refused(change: Change, rule: str, where: str) -> None:
    assert (rule, where) in found(list(http.breaks("intake", INTAKE, changed(INTAKE, change))))


ADDITIONS_TO_HTTP: dict[str, Change] = {
    "nothing": lambda _: None,
    "an endpoint": lambda d: d["paths"].update({"/waitlist": d["paths"]["/applications"]}),
    "an optional field of a request": lambda d: schema("RoundRequest", d)["properties"].update(
        theme={"type": "string"}
    ),
    "a request may have more": lambda d: schema("RoundRequest", d)["properties"]["capacity"].pop("maximum"),
    "a field of an answer": lambda d: schema("ApplicationAnswer", d)["properties"].update(
        theme={"type": "string"}
    ),
    "a code, where the list has other": lambda d: schema("ApplicationRequest", d)["properties"]["channel"][
        "enum"
    ].append("mastodon"),
    "a problem": lambda d: operation(d)["responses"].update({"451": {"description": "`forbidden-by-law`"}}),
    "an optional parameter": lambda d: operation(d, "get")["parameters"].append(
        {"in": "query", "name": "year", "required": False, "schema": {"type": "integer"}}
    ),
}


@pytest.mark.parametrize("change", ADDITIONS_TO_HTTP.values(), ids=ADDITIONS_TO_HTTP)
def test_an_addition_to_an_endpoint_is_let_through(change: Change) -> None:
    assert list(http.breaks("intake", INTAKE, changed(INTAKE, change))) == []


@pytest.mark.parametrize("service", SERVICES)
def test_an_api_is_compared_to_its_last_word_and_breaks_nothing_of_itself(service: str) -> None:
    described = dict(read(COMMITTED / "openapi")[f"{service}.json"])
    assert list(http.breaks(service, described, described)) == []


def test_a_word_that_is_not_compared_is_an_error_and_not_overlooked() -> None:
    with pytest.raises(NotUnderstoodError, match="patternProperties"):
        Shape.of({"type": "object", "patternProperties": {}}, {})


# --- The gate as a whole ---

MADE = {ASYNCAPI: ASYNC, "openapi/intake.json": INTAKE}


def problems(*, committed: Document = MADE, released: Document = MADE) -> list[tuple[str, str]]:
    return [(one.rule, one.where) for one in gate.problems(MADE, committed, {"1.0.0": released})]


def test_what_is_in_order_passes() -> None:
    assert problems() == []


def test_a_committed_document_that_is_stale_is_refused() -> None:
    stale = MADE | {ASYNCAPI: ASYNC | {"id": "urn:other"}}
    assert problems(committed=stale) == [("stale", "docs/contract/asyncapi.json")]


def test_a_document_that_is_not_committed_or_no_longer_made_is_refused() -> None:
    committed = {ASYNCAPI: ASYNC, "openapi/gone.json": INTAKE}
    assert problems(committed=committed) == [
        ("stale", "docs/contract/openapi/gone.json"),
        ("stale", "docs/contract/openapi/intake.json"),
    ]


def test_a_break_of_any_released_version_is_refused() -> None:
    released = MADE | {
        ASYNCAPI: changed(ASYNC, lambda d: schema("RoundOpened", d)["properties"].update(fee={})),
        "openapi/reporting.json": INTAKE,
    }
    assert problems(released=released) == [
        ("removed", "intake.round-opened.v1 data.fee"),
        ("removed", "reporting"),
    ]


def test_an_example_that_was_released_stays_readable() -> None:
    def example(made: Document) -> Document:
        found: Document = made["components"]["messages"]["intake.round-opened.v1"]["examples"][0]["payload"]
        return found

    released = MADE | {ASYNCAPI: changed(ASYNC, lambda d: example(d).pop("capacity"))}
    assert ("example-refused", "intake.round-opened.v1 data") in problems(released=released)
