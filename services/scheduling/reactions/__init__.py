"""What scheduling does when an event comes. ``hire-ended`` and ``lesson-reported`` come later."""

from services.scheduling.reactions import candidates, firms, hires, matches
from services.scheduling.reactions.registry import reactions

__all__ = ["candidates", "firms", "hires", "matches", "reactions"]
