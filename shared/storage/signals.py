"""Signals: who waits for work is told when there is some."""

import asyncio


class Signals:
    """Rung after a commit that left work behind, so that nobody need wait for a poll."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[asyncio.Event]] = {}

    def of(self, collection: str) -> asyncio.Event:
        """Return an event that is set when something was put into this collection.

        It is the caller's own: nobody else who listens can clear it before the caller has seen it.
        """
        event = asyncio.Event()
        self._listeners.setdefault(collection, []).append(event)
        return event

    def ring(self, collection: str) -> None:
        """Set the events of all who listen."""
        for event in self._listeners.get(collection, ()):
            event.set()
