"""Whose event is not taken is kept apart; whoever was in flight with it goes on."""

import pytest

from shared import waiting
from shared.messaging import doubts
from shared.messaging.doubts import Chain, Doubts, by_subject
from shared.messaging.errors import ConnectionLost, Refused
from shared.storage.outbox import Entry


def entry(subject: str, stamp: int = 1) -> Entry:
    return Entry(f"{subject}{stamp}", "events", "intake.candidate-applied.v1", subject, stamp, b"{}", None)


def chains(*subjects: str) -> list[Chain]:
    return by_subject([entry(subject) for subject in subjects])


def fare(doubts: Doubts, page: list[Chain], breaking: str) -> None:
    """Publish a page of which one subject's event breaks the link, with all that are in flight."""
    for together in doubts.sort(page):
        broken = breaking in {chain[0].subject for chain in together}
        for chain in together:
            doubts.judge(chain, ConnectionLost() if broken else None, alone=len(together) == 1)
        if broken:
            return


def test_who_breaks_the_link_is_found_among_those_in_flight_and_left_alone() -> None:
    doubts, page = Doubts(), chains("a", "b", "bad", "c")
    fare(doubts, page, "bad")
    assert doubts.others() == {}, "it may have been any of them"
    assert doubts.sort(page) == [[chain] for chain in page]
    fare(doubts, page, "bad")
    assert doubts.others() == {"subject": {"$nin": ["bad"]}}
    assert doubts.sort(chains("a", "b", "c", "new")) == [chains("a", "b", "new"), chains("c")]


def test_what_is_refused_is_left_alone_ever_longer_and_nobody_else_is_doubted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "BACK_OFF", (0.0, 60.0))
    doubts, (bad, good) = Doubts(), chains("bad", "good")
    doubts.judge(good, None, alone=False)
    doubts.judge(bad, Refused(), alone=False)
    assert doubts.others() == {}, "its pause is over"
    assert doubts.sort([bad, good]) == [[good], [bad]], "and it goes alone, last"
    doubts.judge(bad, Refused(), alone=True)
    assert doubts.others() == {"subject": {"$nin": ["bad"]}}
    doubts.judge(bad, None, alone=True)
    assert doubts.sort([bad, good]) == [[bad, good]]


def test_where_too_many_are_refused_all_are_tried_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doubts, "MOST", 2)
    refusing = Doubts()
    for chain in chains("a", "b", "c"):
        refusing.judge(chain, Refused(), alone=False)
    assert refusing.others() == {"subject": {"$nin": ["c"]}}
