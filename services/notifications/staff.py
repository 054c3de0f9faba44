"""The programme's staff, as the settings name them: who gets their messages, and where."""

from collections.abc import Sequence

from pydantic import EmailStr, Field

from shared.events.ids import PersonId
from shared.events.texts import PersonName
from shared.events.times import TimeZone
from shared.events.value import Value
from shared.events.vocabulary import Language


class StaffMember(Value):
    """Somebody of the programme's staff."""

    person_id: PersonId
    name: PersonName = Field(repr=False)
    email: EmailStr = Field(repr=False)
    language: Language = "ja"
    time_zone: TimeZone = "Asia/Tokyo"


class StaffList:
    """Everybody who gets staff's messages."""

    def __init__(self, members: Sequence[StaffMember]) -> None:
        self._by_id = {member.person_id: member for member in members}

    @property
    def ids(self) -> tuple[PersonId, ...]:
        """Who they are."""
        return tuple(self._by_id)

    def get(self, person_id: PersonId) -> StaffMember | None:
        """Return the member with this id; None where the settings no longer name them."""
        return self._by_id.get(person_id)
