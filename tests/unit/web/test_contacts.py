"""Contacts: how to reach somebody, typed in the same way wherever it is asked for."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis.strategies import builds, from_regex, sampled_from, tuples
from pydantic import TypeAdapter, ValidationError

from services.intake.api.forms import ApplicationRequest
from services.matching.api.forms import FirmRequest
from services.scheduling.api.forms import TeacherRequest
from shared.events import private
from shared.events.value import Value
from shared.web.contacts import PLAIN, Contact, Email


@pytest.mark.parametrize(
    "value", ["secret", "a b@secret.example", "Secret <a@mail.example>", "a@sécret..example", 5]
)
def test_a_bad_address_is_refused_without_a_word_of_it(value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Email).validate_python(value)
    [error] = refused.value.errors()
    assert (error["type"], error["msg"]) == (
        "email",
        "Input should be an e-mail address, such as lukasz@example.org",
    )


def test_a_good_address_is_kept() -> None:
    assert TypeAdapter(Email).validate_python("Łukasz.K@MAIL.example") == "Łukasz.K@mail.example"


LABEL = from_regex("[a-z0-9]{1,5}(-[a-z0-9]{1,5})?", fullmatch=True)
DOMAIN = builds(".".join, tuples(LABEL, sampled_from(["org", "ua", "co.jp", "test", "mail.local", "museum"])))


@given(from_regex(r"[A-Za-z0-9_+-]{1,9}(\.[A-Za-z0-9_+-]{1,9})?", fullmatch=True), DOMAIN)
def test_a_plain_address_is_taken_just_where_the_library_takes_it(name: str, domain: str) -> None:
    value = f"{name}@{domain}"
    assert PLAIN.fullmatch(value)
    try:
        kept = validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError:
        kept = None
    try:
        assert TypeAdapter(Email).validate_python(value) == kept
    except ValidationError:
        assert kept is None


@pytest.mark.parametrize("name", ["test", "local", "mail.localhost", "onion"])
def test_an_address_where_no_mail_is_delivered_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Email).validate_python(f"li@mail.{name}")


@pytest.mark.parametrize("request_model", [ApplicationRequest, FirmRequest, TeacherRequest])
def test_everybody_gives_a_contact_in_the_same_way(request_model: type[Value]) -> None:
    assert request_model.model_fields["contact"].annotation is Contact


def test_a_name_and_an_address_are_enough() -> None:
    contact = Contact.model_validate({"name": "李", "email": "li@mail.example"})
    assert contact.addresses == private.Addresses(email="li@mail.example")


@pytest.mark.parametrize("missing", ["name", "email"])
def test_neither_of_them_can_be_left_out(missing: str) -> None:
    given = {"name": "李", "email": "li@mail.example", "telegram": "@li_xx"}
    del given[missing]
    with pytest.raises(ValidationError, match=missing):
        Contact.model_validate(given)


def test_a_name_has_a_letter() -> None:
    with pytest.raises(ValidationError, match="at least one letter"):
        Contact.model_validate({"name": "123", "email": "li@mail.example"})
