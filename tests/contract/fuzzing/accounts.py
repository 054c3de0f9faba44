"""The account: of each message what became of it, found by its tag, against what must have become of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.contract.fuzzing.amqp import Message
from tests.contract.fuzzing.oracle import Fate, body_hash, by_content
from tests.contract.fuzzing.storm import TAG


@dataclass
class Account:
    """What was found of the messages: why each was parked, and what the inbox remembers."""

    messages: Sequence[Message]
    inbox: Mapping[str, str]
    """The body's hash, by source and id."""
    parked: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    strangers: list[str] = field(default_factory=list)
    """What is parked and was not sent by us."""

    def add_parked(self, found: Iterable[Any]) -> None:
        """Find the tag of each parked message: by its header, its id, or by what is in it."""
        tags = {one.tag for one in self.messages}
        by_id = {str(one.message_id): one.tag for one in self.messages if isinstance(one.message_id, str)}
        unnamed = by_content(self.messages)
        for one in found:
            properties = one.header.properties
            headers = properties.headers or {}
            tag = headers.get(TAG) or (properties.message_id and by_id.get(properties.message_id))
            if tag is None and unnamed[body_hash(one.body)]:
                tag = unnamed[body_hash(one.body)].pop()
            if tag in tags:
                self.parked[str(tag)].append(str(headers.get("enmusubi-reason")))
            else:
                self.strangers.append(repr(headers))

    def wrongs(self, fates: Sequence[Fate]) -> list[str]:
        """Say of each message with which something is wrong what it is, so that one can send it once more."""
        return [
            f"{what}\n    {message!r:.3000}"
            for message, fate in zip(self.messages, fates, strict=True)
            if (what := self._wrong(message, fate))
        ]

    def _wrong(self, message: Message, fate: Fate) -> str | None:
        reasons = self.parked.get(message.tag, [])
        taken = fate.inbox_key is not None and self.inbox.get(fate.inbox_key) == body_hash(message.body)
        if len(reasons) > 1:
            return f"parked {len(reasons)} times: {reasons}"
        if reasons:
            must = "taken in" if not fate.reasons else f"parked as {sorted(fate.reasons)}"
            return None if reasons[0] in fate.reasons else f"parked as {reasons[0]}; should be {must}"
        if not taken:
            return f"is not to be found; should be {'taken in' if fate.inbox_key else f'parked as {sorted(fate.reasons)}'}"
        return None

    def unexpected(self, fates: Sequence[Fate]) -> list[str]:
        """Return what the inbox remembers though none of these messages should have been taken in."""
        expected = {fate.inbox_key for fate in fates}
        return [key for key in self.inbox if key not in expected]

    def summary(self) -> Mapping[str, int]:
        """Count what became of them."""
        reasons = Counter(reason for found in self.parked.values() for reason in found)
        return {"sent": len(self.messages), "remembered": len(self.inbox), **dict(reasons.most_common())}
