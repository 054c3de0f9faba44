"""What somebody wishes about their messages, over HTTP."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field

from services.notifications.domain.people import Person, wishing
from services.notifications.domain.preferences import Preferences, When, optional
from services.notifications.staff import StaffList
from services.notifications.store import people
from shared.events.ids import PersonId
from shared.events.texts import Code
from shared.events.value import Value
from shared.events.vocabulary import Flag, Language
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.identity import Participant
from shared.web.parts import Command, Documents, using
from shared.web.problems import FieldError, Invalid, NotFound, NotKnownYet, documented
from shared.web.versions import ETag, IfMatch, must_match
from shared.web.views import View

router = new_router()
TheStaff = Annotated[StaffList, using(StaffList)]
CODE = "cannot-be-switched-off"


class PreferencesForm(Value):
    """What somebody wishes; what is absent is as it is for everybody."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"language": "uk", "when": "evening", "off": ["proposals"]}]}
    )

    language: Language | None = Field(default=None, examples=["uk"])
    """The language to be written to in; absent: the one that their record says."""
    channel: Literal["email"] = "email"
    """The way that messages take. There is no other yet."""
    when: When = "at-once"
    """`evening`: what may be switched off waits for 18:00 where they live."""
    quiet: Flag = False
    """Whether all that may be switched off is."""
    off: Annotated[tuple[Code, ...], Field(max_length=50, examples=[["proposals"]])] = ()
    """The templates that are switched off, of those in `may_be_off`; such a message is in the inbox alone."""


class PreferencesView(PreferencesForm, View):
    """What somebody wishes about their messages."""

    person_id: PersonId
    may_be_off: tuple[Code, ...]
    """The templates that this person may switch off. All others go whatever is wished."""

    @classmethod
    def of(cls, person: Person, may_be_off: frozenset[str]) -> Self:
        """Show what somebody wishes."""
        return cls.showing(
            person.preferences, person_id=person.person_id, may_be_off=tuple(sorted(may_be_off))
        )


@router.get("/preferences/{person_id}", tags=["preferences"], responses=documented(NotFound, NotKnownYet))
async def show_preferences(
    person_id: PersonId, caller: Participant, documents: Documents, staff: TheStaff, etag: ETag
) -> PreferencesView:
    """Show what somebody wishes about their messages. The ETag is for changing it."""
    caller.must_be(person_id)
    person = await documents.get(people, person_id) or Person(person_id=person_id)
    may_be_off = _may_be_off(person, staff)
    etag(person.preferences.revision)
    return PreferencesView.of(person, may_be_off)


@router.put("/preferences/{person_id}", tags=["preferences"], responses=documented(NotFound, NotKnownYet))
async def put_preferences(
    person_id: PersonId,
    request: PreferencesForm,
    caller: Participant,
    version: IfMatch,
    command: Command,
    etag: ETag,
) -> PreferencesView:
    """Set what somebody wishes, as a whole. Counts for what has not gone yet, too."""
    caller.must_be(person_id)

    async def make(unit: UnitOfWork) -> tuple[Person, frozenset[str]]:
        person = await unit.get(people, person_id) or Person(person_id=person_id)
        may_be_off = _may_be_off(person, unit.using(StaffList))
        must_match(version, person.preferences.revision)
        _require_optional(request.off, may_be_off)
        person = wishing(person, _wished(request))
        unit.save(people, person)
        return person, may_be_off

    person, may_be_off = await command(make, [people.key(person_id)])
    etag(person.preferences.revision)
    return PreferencesView.of(person, may_be_off)


def _may_be_off(person: Person, staff: StaffList) -> frozenset[str]:
    """Return what somebody may switch off; raises NotFound for who was erased, NotKnownYet for a stranger."""
    if person.erased:
        raise NotFound("there is nobody with this id any more")
    role = "staff" if staff.get(person.person_id) else person.role
    if role is None:
        raise NotKnownYet("how to reach this person")
    return optional(role)


def _require_optional(off: tuple[str, ...], may_be_off: frozenset[str]) -> None:
    message = f"This cannot be switched off; these can: {', '.join(sorted(may_be_off)) or 'none'}"
    errors = [
        FieldError(where=f"body.off.{place}", message=message, code=CODE)
        for place, one in enumerate(off)
        if one not in may_be_off
    ]
    if errors:
        raise Invalid(errors=errors)


def _wished(request: PreferencesForm) -> Preferences:
    return Preferences(
        language=request.language,
        channel=request.channel,
        when=request.when,
        quiet=request.quiet,
        off=tuple(sorted(set(request.off))),
    )
