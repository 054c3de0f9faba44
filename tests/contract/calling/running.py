"""Calling a service with whatever its document lets somebody send, and with what it does not."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from tests.contract.calling import checks

SEED: Final = 20270405
HELD: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
    *checks.OURS,
)
NOT_HELD: Final = (
    "positive_data_acceptance",  # ours knows the rules that a schema has no words for
    "use_after_free",  # what was erased is remembered as that
    "ensure_resource_availability",  # what was created may end at once, by somebody else's request
    "ignored_auth",  # without a token everything is tried anyhow
)
PATIENCE: Final = 30.0
"""Seconds for one answer: other tests' processes may be at work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """How much is tried of each endpoint."""

    phases: Sequence[str]
    """`examples`: of the document; `coverage`: each limit from both sides; `fuzzing`: made up."""
    examples: int
    """How many are made up, of what is right and of what is wrong each."""


@dataclass(kw_only=True)
class Answers:
    """What was answered, by endpoint, and what was wrong with it."""

    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    """The first answer that broke a rule, by endpoint and rule."""
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, scenario: events.ScenarioFinished) -> None:
        """Take up what came of one endpoint's requests."""
        recorder = scenario.recorder
        for case_id, nodes in recorder.checks.items():
            for node in nodes:
                if node.status is Status.FAILURE and node.failure_info is not None:
                    answer = recorder.interactions[case_id].response
                    told = f"{node.failure_info.failure}\n{node.failure_info.code_sample}\n"
                    told += "no answer" if answer is None else answer.text[:1000]
                    self.failures.setdefault((recorder.label, node.name), told)
        for case_id, interaction in recorder.interactions.items():
            if interaction.response is not None and checks.is_of_endpoint(recorder.cases[case_id].value):
                self.statuses[recorder.label][interaction.response.status_code] += 1

    @property
    def without_success(self) -> set[str]:
        """The endpoints that never did what they are for."""
        return {label for label, found in self.statuses.items() if not any(200 <= one < 300 for one in found)}


def call(document: dict[str, Any], url: str, token: str | None, effort: Effort, into: Answers) -> None:
    """Call all endpoints of a service, always with the same requests as far as ids are the same."""
    schema = schemathesis.openapi.from_dict(document, config=_config(url, token, effort))
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            into.add(event)
        if isinstance(event, events.NonFatalError):
            into.failures.setdefault((event.label, "error"), repr(event.value))
        if isinstance(event, events.FatalError):
            raise event.exception


def _config(url: str, token: str | None, effort: Effort) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "base-url": url,
            "headers": {} if token is None else {"Authorization": f"Bearer {token}"},
            "continue-on-failure": True,
            "request-timeout": PATIENCE,
            "generation": {
                "mode": "all",
                "max-examples": effort.examples,
                "database": "none",
                "no-shrink": True,
                "with-security-parameters": False,
            },
            "phases": dict(_phases(effort)),
            "checks": {
                **{name: {"enabled": name in HELD} for name in (*HELD, *NOT_HELD)},
                # 503 is documented: the database was away for longer than is waited for it.
                "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]},
                # RFC 6585 has a status of its own for a missing If-Match.
                "missing_required_header": {"expected-statuses": ["400", "401", "403", "422", "428"]},
            },
        }
    )


def _phases(effort: Effort) -> Iterator[tuple[str, dict[str, Any]]]:
    """Switch phases on and off; none takes ids from answers, since whoever can be spared is named beforehand."""
    for name in ("examples", "coverage", "fuzzing"):
        own = {} if name == "coverage" else {"extra-data-sources": {"responses": False}}
        yield name, {"enabled": name in effort.phases, **own}
    yield "stateful", {"enabled": False}
