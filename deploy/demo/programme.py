"""The programme, step by step: what its people do, in the order in which they do it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deploy.demo import hiring, recruiting, relocating, visiting
from deploy.demo.api import Api
from deploy.demo.cast import Cast
from deploy.demo.checks import Erased
from deploy.demo.scale import Scale
from deploy.demo.world import World

IZUMO = ZoneInfo("Asia/Tokyo")


@dataclass
class Story:
    """What the parts of the programme hand on to each other."""

    cast: Cast
    world: World
    scale: Scale
    begins: datetime
    round_id: str = ""
    visit_id: str = ""
    languages: dict[str, str] = field(default_factory=dict)
    """By e-mail address, of everyone whose application was taken."""
    erased: Erased | None = None

    @property
    def api(self) -> Api:
        """The services."""
        return self.cast.api

    def day(self, offset: int) -> date:
        """Return the programme's day so many days after the beginning."""
        return (self.begins + timedelta(days=offset)).date()

    async def until(self, day: date, at: time = time(9)) -> None:
        """Let time pass until a day, 09:00 in Izumo unless told otherwise."""
        await self.world.move_to(datetime.combine(day, at, IZUMO))

    async def get(self, service: str, path: str) -> Any:
        """Read something as staff."""
        return await self.api.get(service, path, self.cast.staff)

    async def staff(self, service: str, path: str, body: Any = None, key: str | None = None) -> Any:
        """Do something as staff."""
        return await self.api.post(service, path, body, token=self.cast.staff, key=key)


def first_monday_of_april(after: datetime) -> datetime:
    """Return 09:00 in Izumo on the coming first Monday of April."""
    for year in (after.year, after.year + 1):
        day = date(year, 4, 1)
        day += timedelta(days=-day.weekday() % 7)
        begins = datetime.combine(day, time(9), IZUMO)
        if begins > after:
            return begins
    raise AssertionError("there is a first Monday of April every year")


PARTS = (
    ("A round opens, and engineers apply", recruiting.apply),
    ("Staff screen", recruiting.screen),
    ("Matches are proposed and accepted", recruiting.match),
    ("A visit is opened, and seats are booked", visiting.invite),
    ("Papers, flights, lodging", visiting.prepare),
    ("Two weeks in Izumo", visiting.visit),
    ("Offers are made", hiring.offer),
    ("The hired move", relocating.move),
    ("The year ends", relocating.end),
)
