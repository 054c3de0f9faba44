"""What can be wrong with a message that somebody published."""

from typing import Final, Literal, Self

from pydantic import ValidationError
from pydantic_core import ErrorDetails, from_json

UndecodableReason = Literal["missing-header", "bad-header", "unknown-type", "bad-json", "invalid-data"]
"""Why a message cannot be read.

- `missing-header`, `bad-header`: a header of the envelope is not there, or not as it should be.
- `unknown-type`: there is no event of that source, type and major version.
- `bad-json`: the body is not JSON in UTF-8.
- `invalid-data`: the body does not fit the event's schema, or is about another subject than its envelope.
"""


_NAMED: Final = 5
"""How many errors a reason names: enough to act on."""


def _named(error: ErrorDetails) -> str:
    where = ".".join(map(str, error["loc"])) or "body"
    # The one rule of pydantic whose text repeats what is there.
    rule = "the kind is unknown" if error["type"] == "union_tag_invalid" else error["msg"]
    return f"{where}: {rule}"


class Undecodable(Exception):  # noqa: N818  it names a state of the message, as its reasons do
    """A message cannot be read, and trying again will not help.

    The text names headers, fields and rules, and never what was in them.
    """

    def __init__(self, reason: UndecodableReason, detail: str) -> None:
        """Say why, and where: the header, or the fields with the rule that each breaks (`detail`)."""
        super().__init__(f"{reason}: {detail}")
        self.reason: UndecodableReason = reason
        self.detail = detail

    @classmethod
    def of(cls, error: ValidationError) -> Self:
        """Return what a model has against a body: where, and which rule; nothing of what is there."""
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        if errors[0]["type"] == "json_invalid":
            return cls("bad-json", errors[0]["msg"])
        named = [_named(one) for one in errors[:_NAMED]]
        if len(errors) > _NAMED:
            named.append(f"and {len(errors) - _NAMED} more")
        return cls("invalid-data", "; ".join(named))


def refuse_what_only_looks_like_json(body: bytes) -> None:
    """Refuse numbers that JSON does not have; pydantic reads them, and passes over those in unknown fields."""
    if b"NaN" not in body and b"Infinity" not in body:  # mostly they are not even part of a text
        return
    try:
        from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Undecodable("bad-json", str(error)) from None
