"""Rooms, in which interviews and showcases take place."""

from dataclasses import dataclass

from shared.events.ids import RoomId


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """A room. One thing at a time takes place in it."""

    room_id: RoomId
    name: str
    seats: int
