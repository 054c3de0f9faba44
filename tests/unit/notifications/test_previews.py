"""Previews: every message can be shown, of its example or of whatever is given."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from services.notifications.api.previews import FactsForm
from services.notifications.domain.examples import example, example_facts
from services.notifications.domain.recipients import RecipientRole
from services.notifications.render import TEMPLATES
from services.notifications.staff import StaffList
from services.notifications.unsubscribing import message_of, token_of
from services.notifications.writing import Letterhead, Sample, Writer
from shared.events.ids import MessageId
from shared.events.vocabulary import LEVELS
from shared.ids import new
from shared.vault import Vault

SAMPLE = Sample(name="Łukasz", candidate_name="Олена", language="uk", time_zone="Europe/Kyiv")
ROLES: tuple[RecipientRole, ...] = ("candidate", "firm", "staff", "teacher", "interpreter")
EVERY = sorted(
    {(role, file.name.partition(".")[0]) for role in ROLES for file in (TEMPLATES / role).iterdir()}
)


@pytest.fixture(scope="module")
def writer(vault: Vault) -> Writer:
    return Writer(
        vault,
        StaffList([]),
        Letterhead(programme="Enmusubi", frontend_url="https://e.example", time_zone="Asia/Tokyo"),
    )


@pytest.mark.parametrize(("role", "template"), EVERY)
def test_every_message_can_be_shown_of_its_example(
    writer: Writer, role: RecipientRole, template: str
) -> None:
    mail = writer.sample(example(role, template, [example_facts(role, template)]), SAMPLE)
    assert mail.subject
    assert mail.text.strip()


DAYS = some.dates(date(2000, 1, 1), date(2100, 12, 31)).map(str)
MOMENTS = some.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001
    datetime(2100, 12, 31),  # noqa: DTZ001
    timezones=some.just(UTC),
).map(datetime.isoformat)
CODES = some.from_regex(r"\A[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,2}\Z")
LINES = some.text(some.characters(exclude_categories=["C"]), min_size=1, max_size=120)
FORMS = some.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("arrived_on", "due_on", "ends_on", "starts_on"), DAYS),
        **dict.fromkeys(("ends_at", "expires_at", "starts_at"), MOMENTS),
        **dict.fromkeys(("reason", "step"), CODES),
        **dict.fromkeys(("firm_name", "title", "place", "team", "theme"), LINES),
        **dict.fromkeys(("level", "target"), some.sampled_from(LEVELS)),
        **dict.fromkeys(("taken", "waitlisted", "waitlist_place"), some.integers(1, 100_000)),
        "salary": some.integers(1, 1_000_000_000),
        "needs_visa": some.booleans(),
        "lessons": some.just([]),
        "steps": some.just([]),
        "reasons": some.just([]),
    },
).map(FactsForm.model_validate)


@given(case=some.sampled_from(EVERY), form=FORMS)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_message_can_be_shown_of_whatever_is_given(
    writer: Writer, case: tuple[RecipientRole, str], form: FactsForm
) -> None:
    role, template = case
    assert writer.sample(example(role, template, [form.over(example_facts(role, template))]), SAMPLE).text


def test_a_token_says_which_message_carried_it_and_none_can_be_made_up(vault: Vault) -> None:
    message_id = new(MessageId)
    token = token_of(vault, message_id)
    assert message_of(vault, token) == message_id
    assert message_of(vault, new(MessageId) + token[32:]) is None
    assert message_of(vault, token[:-1]) is None
    assert message_of(vault, "x" * 96) is None
