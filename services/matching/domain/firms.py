"""Firms: who opens positions."""

from dataclasses import dataclass

from shared.events.ids import FirmId
from shared.events.matching import FirmChanged, FirmRegistered


@dataclass(frozen=True, kw_only=True, slots=True)
class Firm:
    """A firm. Its contact lies sealed for notifications: matching keeps it to send it again, and cannot read it."""

    firm_id: FirmId
    name: str
    language: str
    time_zone: str
    sealed_contact: str


def registered(firm: Firm) -> FirmRegistered:
    """Say that a firm was registered."""
    return FirmRegistered(
        firm_id=firm.firm_id, name=firm.name, language=firm.language, time_zone=firm.time_zone
    )


def changed(before: Firm, firm: Firm) -> FirmChanged | None:
    """Say that a firm's record changed; None where no public part of it did."""
    if _public(before) == _public(firm):
        return None
    return FirmChanged(firm_id=firm.firm_id, name=firm.name, language=firm.language, time_zone=firm.time_zone)


def _public(firm: Firm) -> tuple[str, ...]:
    return (firm.name, firm.language, firm.time_zone)
