"""How a time zone is named to its people: by their country, or by the city it is known by.

Babel's own names are not used: in 2.18 it has none for zones that were renamed (``Europe/Kyiv``,
``Asia/Kolkata``), and calls every Russian one summer time.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache

from babel import Locale
from babel.core import get_global


def place_of(time_zone: str, locale: Locale) -> str | None:
    """Return the country where it has one zone only, else the zone's city; nothing for UTC and its like."""
    if "/" not in time_zone or time_zone.startswith("Etc/"):
        return None
    territory = get_global("zone_territories").get(_current_name(time_zone))
    if territory and _zones_by_territory()[territory] == 1:
        name: str = locale.territories[territory]
        return name
    return next(_cities(time_zone, locale), time_zone.rpartition("/")[2].replace("_", " "))


def offset_of(local: datetime) -> str:
    """Return how far a local time is from UTC: ``UTC+9``, ``UTC+5:30``, ``UTC-4``."""
    offset = local.utcoffset() or timedelta(0)
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = "-" if offset < timedelta(0) else "+"
    return f"UTC{sign}{hours}:{minutes:02}" if minutes else f"UTC{sign}{hours}"


def _current_name(time_zone: str) -> str:
    """Return the name that a zone has now (``Europe/Kyiv`` for ``Europe/Kiev``)."""
    name: str = get_global("zone_aliases").get(time_zone, time_zone)
    return name


def _cities(time_zone: str, locale: Locale) -> Iterator[str]:
    """Yield what CLDR calls the zone's city under this name, its present one, and its former ones."""
    current = _current_name(time_zone)
    former = [old for old, new in get_global("zone_aliases").items() if new == current]
    for name in (time_zone, current, *former):
        if city := locale.time_zones.get(name, {}).get("city"):
            yield city


@cache
def _zones_by_territory() -> Counter[str]:
    return Counter(get_global("zone_territories").values())
