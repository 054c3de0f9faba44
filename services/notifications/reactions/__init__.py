"""Events in: whom each is told, and the private messages that say how to reach them."""

from services.notifications.reactions.private import private_reactions
from services.notifications.reactions.public import reactions

__all__ = ["private_reactions", "reactions"]
