"""Whoever waits for work is woken, whatever others who wait do with their own event."""

from shared.storage.signals import Signals


def test_one_who_listens_cannot_clear_what_another_has_not_seen() -> None:
    signals = Signals()
    mine, theirs = signals.of("outgoing"), signals.of("outgoing")
    signals.ring("outgoing")
    theirs.clear()
    assert mine.is_set()


def test_only_who_listens_to_that_collection_is_woken() -> None:
    signals = Signals()
    timers = signals.of("timers")
    signals.ring("outgoing")
    signals.ring("outbox")
    assert not timers.is_set()
