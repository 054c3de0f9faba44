"""What an event is: a fact that a service published, under a name and about a subject."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Unpack

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """A fact that a service published.

    A class of events says where it comes from, what it is called, its major version, and which of its fields
    name its subject::

        class VisitBooked(Event, source="scheduling", type="visit-booked", subject=("visit_id", "candidate_id")): ...

    A class without a `type` is what several events share; it is no event itself. A field that a reader does
    not know is ignored, since fields are only ever added within a major version.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        allow_inf_nan=False,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    source: ClassVar[str]
    """The service that publishes it; `external` for one outside."""
    type: ClassVar[str]
    """Its name without a version: `visit-booked`."""
    major: ClassVar[int]
    """Its major version."""
    subject_fields: ClassVar[tuple[str, ...]]
    """The fields that name its subject."""
    versioned_type: ClassVar[str]
    """Its name as the envelope has it: `visit-booked.v1`."""
    routing_key: ClassVar[str]
    """The key under which it is published: `scheduling.visit-booked.v1`."""
    dataschema: ClassVar[str]
    """The name of its schema: `urn:enmusubi:scheduling:visit-booked:v1`."""

    def __init_subclass__(
        cls,
        *,
        source: str | None = None,
        type: str | None = None,  # noqa: A002  the word of CloudEvents, and of the contract
        major: int = 1,
        subject: str | tuple[str, ...] = (),
        **config: Unpack[ConfigDict],
    ) -> None:
        """Give a class of events its names; one without a `type` stays a shared part."""
        super().__init_subclass__(**config)
        if source is None or type is None:
            return
        cls.source, cls.type, cls.major = source, type, major
        cls.subject_fields = (subject,) if isinstance(subject, str) else subject
        cls.versioned_type = f"{type}.v{major}"
        cls.routing_key = f"{source}.{cls.versioned_type}"
        cls.dataschema = f"urn:enmusubi:{source}:{type}:v{major}"

    @classmethod
    def __pydantic_init_subclass__(cls, *, type: str | None = None, **_: Any) -> None:  # noqa: A002
        """Register a class of events once its fields are known."""
        if type is not None:
            _register(cls)

    @property
    def subject(self) -> str:
        """The id of the thing that the event is about; of a seat `<visit_id>.<candidate_id>`."""
        fields = self.subject_fields
        if len(fields) == 1:
            return str(getattr(self, fields[0]))
        return ".".join(getattr(self, field) for field in fields)


class ExternalEvent(Event):
    """A fact that somebody outside published, under a source of their own: `/external/<name>`."""


_events: Final[dict[str, type[Event]]] = {}
EVENTS: Final[Mapping[str, type[Event]]] = _events
"""Every class of events by its routing key. Complete as soon as `shared.events` is imported."""


def _register(event: type[Event]) -> None:
    missing = [field for field in event.subject_fields if field not in event.model_fields]
    if missing or not event.subject_fields:
        message = f"{event.__name__} needs fields that name its subject; missing: {missing or 'subject'}"
        raise TypeError(message)
    if event.routing_key in _events:
        message = f"{event.routing_key} is there already: {_events[event.routing_key].__name__}"
        raise TypeError(message)
    _events[event.routing_key] = event
