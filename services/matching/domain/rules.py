"""The programme's figures that matching goes by; settings may change them."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """How much is proposed, and how long an offer may stand."""

    proposals_per_candidate: int = 20
    """To how many open positions, the best ones, a candidate is proposed."""
    proposals_floor: float = 0.5
    """The lowest score that is proposed."""
    pairs_per_candidate: int = 5
    """How many firms' positions one candidate should meet at the most: an interview is an hour of a short stay."""
    longest_offer: timedelta = timedelta(days=60)
    """How far ahead an offer may expire."""
