"""What can be wrong with a message that somebody published."""

from typing import Literal

UndecodableReason = Literal["missing-header", "bad-header", "unknown-type", "bad-json", "invalid-data"]
"""Why a message cannot be read.

- `missing-header`, `bad-header`: a header of the envelope is not there, or not as it should be.
- `unknown-type`: there is no event of that source, type and major version.
- `bad-json`: the body is not JSON in UTF-8.
- `invalid-data`: the body does not fit the event's schema, or is about another subject than the envelope says.
"""


class Undecodable(Exception):  # noqa: N818  it names a state of the message, as its reasons do
    """A message cannot be read, and trying again will not help.

    The text names headers, fields and rules, and never what was in them.
    """

    def __init__(self, reason: UndecodableReason, detail: str) -> None:
        """Say why (`reason`), and where (`detail`: the header, or the fields with the rule that each breaks)."""
        super().__init__(f"{reason}: {detail}")
        self.reason: UndecodableReason = reason
        self.detail = detail
