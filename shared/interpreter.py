"""How the interpreter is set where many messages are handled: to look for garbage seldom, to change threads often."""

import gc
import sys

YOUNG = 20_000
"""New objects that outlive their batch before a look among the young ones; Python's own default is 700."""

SWITCH = 0.001
"""Seconds for which a busy thread may keep another waiting; Python's own default is 0.005."""


def collect_seldom() -> None:
    """Have Python look for cycles seldom, and never among what is there now and stays.

    A service makes many small objects that live as long as a batch and hold no cycles, beside all that was
    imported, which stays. With the defaults a tenth of its work is looking for garbage among them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)


def switch_often() -> None:
    """Have a busy event loop let the driver's threads in sooner: each of a transaction's answers comes by one."""
    sys.setswitchinterval(SWITCH)
