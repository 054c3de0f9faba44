"""What intake does when an event comes. It reads ``assessment-completed`` alone, from outside; that comes later."""

from shared.messaging.reactions import Reactions

reactions = Reactions()
