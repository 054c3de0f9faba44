"""The pool: which positions are open at the moment."""

from dataclasses import dataclass, replace

from shared.events.ids import PositionId

POOL = "pool"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """The one document that everybody writes who puts candidates and positions together.

    A reaction that shortlists a candidate reads which positions are open, while a request that opens a
    position reads which candidates are available. Under snapshot isolation both could commit without having
    seen each other, and the match would be missing for good. Since both write this document, one of them
    begins again and sees the other. It names the open positions, so that whoever wants them all reads them by
    their ids, once for a whole batch. Closing a position writes it too: nothing is proposed for what closes.
    """

    pool_id: str = POOL
    positions: tuple[PositionId, ...] = ()
    """The open positions, in the order in which they opened."""
    turns: int = 0
    """How often it was used; only so that every use changes it."""


def used(pool: Pool) -> Pool:
    """Mark that somebody relies on what the pool says."""
    return replace(pool, turns=pool.turns + 1)


def with_position(pool: Pool, position_id: PositionId) -> Pool:
    """Put an open position into the pool."""
    return replace(used(pool), positions=(*pool.positions, position_id))


def without_position(pool: Pool, position_id: PositionId) -> Pool:
    """Take a position that closes out of the pool."""
    return replace(used(pool), positions=tuple(one for one in pool.positions if one != position_id))
