"""Playing: the parts of the programme in order, then the facts read back."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deploy.demo import checks
from deploy.demo.api import Api
from deploy.demo.cast import Cast
from deploy.demo.facts import Facts
from deploy.demo.history import read_history
from deploy.demo.programme import PARTS, Story, first_monday_of_april
from deploy.demo.scale import Scale
from deploy.demo.world import World
from deploy.local.environment import SERVICES
from deploy.local.run import LocalRun

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Played:
    """A programme that was played to its end."""

    facts: Facts
    summary: dict[str, Any]
    problems: list[str]
    cast: Cast


async def play(run: LocalRun, scale: Scale, say: Say, begins: datetime | None = None) -> Played:
    """Play a programme of this scale on a run that is up; ``say`` is told when a part begins.

    It begins on the coming first Monday of April unless told otherwise.
    """
    started = time.monotonic()
    api = Api(run.urls)
    world = World(
        run.urls, run.mongo_url, run.service_environment("intake")["CLOCK_DATABASE"], run.mail_folder
    )
    try:
        begins = begins or first_monday_of_april(datetime.now(UTC))
        story = Story(Cast(api, world.mail, run.token), world, scale, begins)
        for words, part in PARTS:
            say(words)
            await part(story)
        say("Reading back what happened")
        return await _read_back(run, story, started)
    finally:
        await api.close()
        await world.close()


async def _read_back(run: LocalRun, story: Story, started: float) -> Played:
    await story.world.rest()
    sent = [one async for one in story.api.pages("notifications", "/messages?state=sent", story.cast.staff)]
    facts = Facts(
        history=await read_history(run.amqp_url, quiet=2),
        letters=story.world.mail.letters(),
        round=await story.get("intake", f"/rounds/{story.round_id}"),
        messages_sent=len({one["message_id"] for one in sent}),
        seconds=time.monotonic() - started,
    )
    wrong = checks.problems(facts, story.languages)
    if story.erased is None:
        wrong.append("nobody asked to be erased")
    else:
        databases = [run.database_of(service) for service in SERVICES]
        wrong += await checks.erased_for_good(facts, story.erased, run.mongo_url, databases)
    return Played(facts, facts.summary(), wrong, story.cast)
