"""How often Python looks for garbage that reference counts do not free."""

import gc

YOUNG = 20_000
"""New objects that outlive their batch before a look among the young ones; Python's own default is 700."""


def collect_seldom() -> None:
    """Have Python look for cycles seldom, and never among what is there now and stays.

    A service makes many small objects that live as long as a batch and hold no cycles, beside all that was
    imported, which stays. With the defaults a tenth of its work is looking for garbage among them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)
