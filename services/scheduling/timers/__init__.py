"""What falls due in scheduling: expiries, steps, showcases, lessons."""

from services.scheduling.timers import lessons, relocations, seats, showcases
from services.scheduling.timers.registry import timers

__all__ = ["lessons", "relocations", "seats", "showcases", "timers"]
