"""The registry that each of the files beside it adds its reactions to."""

from shared.messaging.reactions import Reactions

reactions = Reactions()
