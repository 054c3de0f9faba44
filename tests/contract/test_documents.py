"""The generated documents, as somebody reads them who knows the standards and nothing of us."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings import amqp
from cloudevents.core.v1.event import CloudEvent
from jsonschema import Draft7Validator, Draft202012Validator

from deploy.contract.documents import COMMITTED, read
from shared.contract.schemas import DIALECT, event_schemas
from shared.events import EVENTS
from shared.events.readers import READERS

Document = dict[str, Any]

SPECIFICATIONS = Path(__file__).parent / "specification"
ASYNCAPI: Document = dict(read(COMMITTED)["asyncapi.json"])
MESSAGES: Document = ASYNCAPI["components"]["messages"]
SCHEMAS = event_schemas()
OPENAPI = read(COMMITTED / "openapi")
MEAN_THE_SAME = {
    *("type", "title", "description", "default", "enum", "const", "allOf", "anyOf", "$ref"),
    *("properties", "required", "items", "pattern", "format", "minLength", "maxLength", "maxItems"),
    *("minimum", "maximum", "exclusiveMinimum"),
}
"""Words with one meaning in draft 7, which AsyncAPI builds on, and in 2020-12."""

every_event = pytest.mark.parametrize("name", sorted(EVENTS))


def parts(schema: Document) -> Iterator[Document]:
    """Yield a schema and all that are inside of it."""
    yield schema
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    inner += [schema["items"]] if "items" in schema else []
    for one in [*inner, *schema.get("anyOf", []), *schema.get("allOf", [])]:
        yield from parts(one)


def specification(name: str) -> Document:
    made: Document = json.loads((SPECIFICATIONS / f"{name}.json").read_text(encoding="utf-8"))
    return made


def references(document: object) -> Iterator[str]:
    if isinstance(document, dict):
        if isinstance(document.get("$ref"), str):
            yield document["$ref"]
        document = list(document.values())
    if isinstance(document, list):
        for one in document:
            yield from references(one)


def at(document: Any, place: str) -> object:
    for step in place.removeprefix("#/").split("/"):
        document = document[step]
    return document


# --- AsyncAPI ---


def test_it_is_asyncapi_as_its_specification_has_it() -> None:
    validator = Draft7Validator(specification("asyncapi-3.0.0"))
    assert [error.json_path for error in validator.iter_errors(ASYNCAPI)] == []


def test_every_reference_leads_somewhere() -> None:
    assert all(at(ASYNCAPI, place) for place in references(ASYNCAPI))


def test_every_event_has_a_channel_and_lies_in_the_history() -> None:
    channels = ASYNCAPI["channels"]
    assert channels.keys() == {*EVENTS, "events.history"}
    assert channels["events.history"]["messages"].keys() == EVENTS.keys()
    assert all(channel["address"] == name for name, channel in channels.items())


@every_event
def test_an_event_says_who_sends_it_and_who_receives_it(name: str) -> None:
    event = EVENTS[name]
    operations = {
        key: operation["action"]
        for key, operation in ASYNCAPI["operations"].items()
        if operation["channel"]["$ref"] == f"#/channels/{name}"
    }
    senders = {f"{event.source}.sends.{event.versioned_type}": "send"} if event.source != "external" else {}
    receivers = {
        f"{reader}.receives.{event.versioned_type}": "receive"
        for reader, reads in READERS.items()
        if event in reads
    }
    assert operations == senders | receivers


@every_event
def test_an_event_goes_through_the_exchange_under_its_routing_key(name: str) -> None:
    binding = ASYNCAPI["channels"][name]["bindings"]["amqp"]
    assert binding["is"] == "routingKey"
    assert binding["exchange"] == {
        "name": "events",
        "type": "topic",
        "durable": True,
        "autoDelete": False,
        "vhost": "/",
    }


@every_event
def test_the_official_library_reads_each_example(name: str) -> None:
    (example,) = MESSAGES[name]["examples"]
    properties = {"content-type": ASYNCAPI["defaultContentType"]}
    content = json.dumps(example["payload"]).encode()
    found = amqp.from_binary_event(amqp.AMQPMessage(properties, dict(example["headers"]), content))
    assert isinstance(found, CloudEvent)
    assert found.get_data() == example["payload"]
    assert found.get_type() == MESSAGES[name]["name"]
    assert found.get_subject() == ".".join(example["payload"][field] for field in MESSAGES[name]["x-subject"])


def test_no_two_models_have_one_name() -> None:
    assert [name for name in ASYNCAPI["components"]["schemas"] if "__" in name or "-" in name] == []


def test_parts_of_events_stay_parts() -> None:
    assert {"Profile", "Skill", "Requirements", "PlannedLesson"} < ASYNCAPI["components"]["schemas"].keys()


def test_its_schemas_mean_the_same_in_either_version_of_json_schema() -> None:
    of_headers = [message["headers"] for message in MESSAGES.values()]
    for schema in [*ASYNCAPI["components"]["schemas"].values(), *of_headers]:
        for part in parts(schema):
            assert part.keys() <= MEAN_THE_SAME
            assert "$ref" not in part or len(part) == 1


# --- JSON Schema ---


@every_event
def test_a_schema_is_one_of_2020_12_and_named_as_the_envelope_names_it(name: str) -> None:
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == DIALECT
    assert schema["$id"] == MESSAGES[name]["examples"][0]["headers"]["cloudEvents_dataschema"]


@every_event
def test_a_schema_takes_its_example_and_what_a_newer_publisher_adds(name: str) -> None:
    schema = SCHEMAS[name]
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    (example,) = schema["examples"]
    validator.validate(example)
    validator.validate(example | {"added_later": True})


def test_a_schema_takes_a_new_code_where_the_list_has_other_and_nowhere_else() -> None:
    validator = Draft202012Validator(SCHEMAS["intake.candidate-applied.v1"])
    example = SCHEMAS["intake.candidate-applied.v1"]["examples"][0]
    assert validator.is_valid(example | {"channel": "mastodon"})
    assert not validator.is_valid(example | {"channel": "Not a code"})
    assert not validator.is_valid(example | {"age_band": "over-90"})


@every_event
def test_every_field_says_what_it_means(name: str) -> None:
    fields = [
        (part["title"], field)
        for part in parts(SCHEMAS[name])
        for field, inner in part.get("properties", {}).items()
        if not inner.get("description")
    ]
    assert fields == []


@every_event
def test_null_is_never_written(name: str) -> None:
    assert not any(part.get("type") == "null" for part in parts(SCHEMAS[name]))


# --- OpenAPI ---


@pytest.mark.parametrize("service", sorted(OPENAPI))
def test_an_api_is_described_as_the_specification_has_it(service: str) -> None:
    validator = Draft202012Validator(specification("openapi-3.1"))
    assert [error.json_path for error in validator.iter_errors(OPENAPI[service])] == []


@pytest.mark.parametrize("service", sorted(OPENAPI))
def test_the_schemas_of_an_api_are_schemas(service: str) -> None:
    for schema in OPENAPI[service]["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("service", sorted(OPENAPI))
def test_every_reference_of_an_api_leads_somewhere(service: str) -> None:
    assert all(at(OPENAPI[service], place) for place in references(OPENAPI[service]))


@pytest.mark.parametrize("service", sorted(OPENAPI))
def test_every_endpoint_of_an_api_says_what_it_does(service: str) -> None:
    silent = [
        f"{method} {path}"
        for path, methods in OPENAPI[service]["paths"].items()
        for method, operation in methods.items()
        if not operation.get("description") and "health" not in operation.get("tags", ())
    ]
    assert silent == []


def test_an_answer_has_no_null_and_room_for_fields_to_come_and_a_request_has_neither() -> None:
    schemas = OPENAPI["intake.json"]["components"]["schemas"]
    answer, request = schemas["ApplicationView"], schemas["ApplicationRequest"]
    assert not any(part.get("type") == "null" for part in parts(answer))
    assert "additionalProperties" not in answer
    assert request["additionalProperties"] is False
