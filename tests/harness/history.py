"""The history, read as an outsider would; the demo reads it in the same way."""

from deploy.demo.history import Told, read_history

__all__ = ["Told", "read_history"]
