"""What scheduling does when an event comes."""

from services.scheduling.reactions import candidates, firms, hires, lessons, matches
from services.scheduling.reactions.registry import reactions

__all__ = ["candidates", "firms", "hires", "lessons", "matches", "reactions"]
