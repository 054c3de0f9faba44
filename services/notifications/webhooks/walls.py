"""Walls: where webhooks may lead, as the settings say."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Walls:
    """What is allowed beside https to public addresses; for machines of one's own alone."""

    plain_http: bool
    private_addresses: bool
