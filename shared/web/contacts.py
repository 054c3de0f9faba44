"""How to reach somebody, as a caller types it in."""

import re
from typing import Annotated, Final

from email_validator import SPECIAL_USE_DOMAIN_NAMES
from pydantic import (
    AfterValidator,
    EmailStr,
    Field,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from shared.events import private
from shared.events.texts import PersonName
from shared.events.value import Value

PLAIN: Final = re.compile(
    r"(?=.{5,64}\Z)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}"
)
"""Addresses about which there is nothing to ask but whether the domain's name is reserved."""
_RESERVED: Final = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)


def _an_address(value: object, read: ValidatorFunctionWrapHandler) -> str:
    """Refuse with words of our own: the library's repeat parts of the address, and it also takes ``Name <address>``.

    Nearly all addresses are plain, and the library takes as long for one as all else in an application.
    """
    if isinstance(value, str) and PLAIN.fullmatch(value) and not value.endswith(_RESERVED):
        return value
    try:
        if isinstance(value, str) and "<" not in value:
            return str(read(value))
    except ValueError:  # pydantic's own errors are such, too
        pass
    raise PydanticCustomError("email", "Input should be an e-mail address, such as lukasz@example.org")


def _written(name: str) -> str:
    if not any(character.isalpha() for character in name):
        raise PydanticCustomError("name", "Input should be a name, with at least one letter of any script")
    return name


Email = Annotated[EmailStr, WrapValidator(_an_address)]
"""An e-mail address. Whether it can be reached is not asked; the part after the @ is made lower-case."""
Name = Annotated[PersonName, AfterValidator(_written)]
"""A person's name, kept and shown as it was written."""
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9 ()./-]{5,30}$")]
Handle = Annotated[str, StringConstraints(pattern=r"^@?[A-Za-z0-9_]{5,32}$")]


class Contact(Value):
    """How to reach somebody. Kept sealed, and never in an event."""

    name: Name = Field(repr=False, examples=["Łukasz Ковальчук"])
    """The name, kept and shown as it was written."""
    email: Email = Field(repr=False, examples=["lukasz@example.org"])
    """An e-mail address. The part after the @ is made lower-case; whether it can be reached is not asked."""
    phone: Phone | None = Field(default=None, repr=False, examples=["+48 22 123 45 67"])
    """A phone number: digits, spaces and ()./- after an optional plus sign."""
    telegram: Handle | None = Field(default=None, repr=False, examples=["@lukasz_k"])
    """A Telegram handle: 5 to 32 letters, digits and underscores, with or without the @."""

    @property
    def addresses(self) -> private.Addresses:
        """The addresses by channel, as notifications is told them."""
        return private.Addresses(email=self.email, telegram=self.telegram, phone=self.phone)
