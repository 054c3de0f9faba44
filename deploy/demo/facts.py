"""What happened, read back: from the history stream, the services' APIs and the mail folder, never from memory."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from deploy.demo.history import Told
from deploy.demo.world import Letter


@dataclass(frozen=True)
class Facts:
    """Everything that the summary and the checks go by."""

    history: list[Told]
    """As it lies in the stream, repeats included."""
    letters: list[Letter]
    round: Mapping[str, Any]
    """As intake shows it to staff."""
    messages_sent: int
    """As notifications counts them."""
    seconds: float

    @cached_property
    def events(self) -> list[Told]:
        """The history without repeats, by source and id."""
        seen: dict[tuple[str, str], Told] = {}
        for told in self.history:
            seen.setdefault((told.source, told.id), told)
        return list(seen.values())

    def of(self, *types: str) -> list[Told]:
        """Return the events of these types."""
        return [told for told in self.events if told.type in types]

    def subjects(self, kind: str, **wanted: object) -> int:
        """Count the distinct subjects of an event, of those whose data have these values."""
        return len({told.subject for told in self.of(kind) if _has(told.data, wanted)})

    def summary(self) -> dict[str, Any]:
        """Return what ``summary.json`` says."""
        applied = self.of("candidate-applied")
        return {
            "applications": len({told.subject for told in applied}),
            "waitlisted": len({told.subject for told in applied if "waitlist_place" in told.data}),
            "countries": len({told.data["country"] for told in applied}),
            "refused": self.round["refused"],
            "round_closed_early": self.round["reason"] == "full",
            "shortlisted": self.subjects("candidate-shortlisted"),
            "matches_proposed": self.subjects("match-proposed"),
            "matches_accepted": self.subjects("match-accepted", complete=True),
            "lessons_planned": self.subjects("lessons-planned"),
            "seats_booked": self.subjects("visit-booked"),
            "interviews_held": len(
                {one.subject for one in self.of("interview-held") if one.data["outcome"] != "no-show"}
            ),
            "offers_made": self.subjects("offer-made"),
            "offers_accepted": self.subjects("offer-accepted"),
            "relocations_started": self.subjects("relocation-started"),
            "relocated": self.subjects("candidate-relocated"),
            "messages_sent": self.messages_sent,
            "mails_received": len({letter.message_id for letter in self.letters}),
            "mails_by_language": dict(sorted(_by_language(self.letters).items())),
            "events_published": len(self.events),
            "seconds": round(self.seconds, 1),
        }


def _has(data: Mapping[str, Any], wanted: Mapping[str, object]) -> bool:
    return all(data.get(field) == value for field, value in wanted.items())


def _by_language(letters: Iterable[Letter]) -> Counter[str]:
    once = {letter.message_id: letter.language for letter in letters}
    return Counter(once.values())
