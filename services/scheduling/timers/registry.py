"""The registry that each of the files beside it adds its timers to."""

from shared.timers import Timers

timers = Timers()
