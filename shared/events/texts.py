"""Texts in events, and the shape that the public ones of a person are held to.

No event carries free text of a person. What an applicant types into a field that everybody can read, a
skill's name or a role, is held to a shape in which there is no room for an e-mail address or a phone number.
"""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

NO_CONTROLS: Final = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$"
"""Nothing that would break a line, or a mail's header."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=NO_CONTROLS)]
"""One line of text by a firm or by staff (a title, a theme, a place, a company's name), up to 120
characters."""

PersonName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_CONTROLS)]
"""A person's name as they wrote it, composed or decomposed: in private messages alone."""

Code = Annotated[str, StringConstraints(max_length=60, pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
"""A name in kebab-case, such as a template's."""

MAX_LENGTH: Final = 60
MAX_DIGITS: Final = 5
"""Enough for `C++20` or `ISO 27001`, not for a phone number."""
SYMBOLS: Final = "+#./-()&'"
_plain: Final = re.compile(r"(?=.)(?:[A-Za-z +#./\-()&']*[0-9]){0,5}[A-Za-z +#./\-()&']*").fullmatch


def public_name(text: str) -> str:
    """Return a skill's name or a role as it is published: composed (NFC), without spaces around it.

    What does not have the shape is refused: the `PydanticCustomError` names the rule and what would be right; of the text it repeats nothing.
    """
    composed = unicodedata.normalize("NFC", text).strip(" ")
    if len(composed) <= MAX_LENGTH and _plain(composed):
        return composed
    _refuse_length(composed)
    _refuse_characters(composed)
    _refuse_digits(composed)
    return composed


def _refuse_length(text: str) -> None:
    if not 1 <= len(text) <= MAX_LENGTH:
        message = "Input should have 1 to {most} characters; this has {length}"
        raise PydanticCustomError("public_name_length", message, {"most": MAX_LENGTH, "length": len(text)})


def _refuse_characters(text: str) -> None:
    for place, character in enumerate(text, start=1):
        if (
            unicodedata.category(character)[0] not in "LM"
            and not _is_digit(character)
            and character not in f" {SYMBOLS}"
        ):
            message = "Input should hold letters, digits, spaces and {symbols} alone; character {place} is none of them"
            raise PydanticCustomError("public_name_character", message, {"symbols": SYMBOLS, "place": place})


def _refuse_digits(text: str) -> None:
    digits = sum(map(_is_digit, text))
    if digits > MAX_DIGITS:
        message = (
            "Input should hold no more than {most} digits, so that it is no phone number; this has {digits}"
        )
        raise PydanticCustomError("public_name_digits", message, {"most": MAX_DIGITS, "digits": digits})


def _is_digit(character: str) -> bool:
    return unicodedata.category(character) == "Nd"


_NEVER: Final = (
    r'\u0000-\u001f!"$%*,:;<=>?@\[\\\]^_`{|}~\u007f-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7'
)
"""What no public name has, of the first 256 characters. Not all languages' patterns know what a letter of any script is:
a schema's says as much of the rule as all of them understand."""

PublicName = Annotated[
    str,
    AfterValidator(public_name),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_LENGTH,
            "pattern": f"^([^0-9{_NEVER}]*[0-9]){{0,{MAX_DIGITS}}}[^0-9{_NEVER}]*$",
            "description": f"NFC; letters and marks of any script, spaces and {SYMBOLS}; at most {MAX_DIGITS} digits in all.",
        }
    ),
]
"""A skill's name or a role: NFC, at most 60 characters, letters and marks of any script, at most five digits
in all, space and `+#./-()&'`."""
