"""A local run: keys, a broker, a database, mail, and the services as processes, in one folder."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from deploy.local import finder, frontend, keys
from deploy.local.environment import SERVICES, STANDARD_PORTS, Surroundings, environment_of
from deploy.local.finder import Parts
from deploy.local.ports import answers, free_port, ports_from
from deploy.local.processes import ROOT, Processes, read_state
from deploy.local.waiting import StartFailedError, tail, until

RUN_FOLDER = ROOT / ".run"
"""Everything that local runs write lies in here."""

NOBODY = "http://127.0.0.1:9"
"""Where nothing answers: a run without intake knows no candidates' tokens."""

READY_SECONDS = 60.0
"""How long a service may take until its /readyz says 200; two or three are usual."""


class AlreadyRunningError(Exception):
    """A run in that folder is up."""


def service_command(service: str) -> list[str]:
    """The command that runs a service."""
    return [sys.executable, "-m", f"services.{service}"]


@dataclass(kw_only=True)
class LocalRun:
    """The system as processes: `async with LocalRun(folder=folder) as run:`.

    Started and stopped as a whole, or one service at a time (`kill`, `start`, `stop`, `restart`).
    """

    folder: Path
    parts: Parts | None = None
    """A broker and a database that are there already; else they are found, and stopped with the run."""
    virtual_host: str | None = None
    """Which keeps runs apart that share a broker; it must exist."""
    database_prefix: str = ""
    """Which keeps runs apart that share a database."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """For every service, over what it would get."""
    keys_folder: Path = RUN_FOLDER / "keys"
    services: tuple[str, ...] = SERVICES
    service_command: Callable[[str], list[str]] = service_command
    must_be_empty: bool = False
    """Refuse a broker or a database, named in the environment, that already holds events or data of ours."""
    fresh: bool = False
    """Empty the folder first."""
    with_frontend: bool = False
    """Serve the page of examples/frontend too, unless `FRONTEND_URL` names another."""
    standard_ports: bool = False
    """Take the services' standard ports, or the next free ones."""
    stays: bool = False
    """Let the processes go on when this one ends."""

    urls: dict[str, str] = field(init=False, default_factory=dict)
    """Each service's URL, without a slash at the end."""
    found: Parts = field(init=False)
    """The broker and the database that it uses."""
    processes: Processes = field(init=False)
    _around: Surroundings = field(init=False)

    async def __aenter__(self) -> Self:
        await self.start_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop_all()

    @property
    def mail_folder(self) -> Path:
        """Where the SMTP server files mails."""
        return self.folder / "mail"

    @property
    def amqp_url(self) -> str:
        """The broker's URL, with the run's virtual host."""
        return self._around.amqp_url

    @property
    def mongo_url(self) -> str:
        """The database server's URL."""
        return self._around.mongo_url

    @property
    def frontend_url(self) -> str:
        """Where the links in mails lead."""
        return self._around.frontend_url

    def database_of(self, service: str) -> str:
        """The name of a service's database, or of the clock's (`clock`)."""
        return self.database_prefix + service

    def port_of(self, service: str) -> int:
        """The port of a service."""
        return int(self.urls[service].rpartition(":")[2])

    def service_environment(self, service: str) -> dict[str, str]:
        """What a service gets: also for its command-line tools (`python -m shared.clock`)."""
        port, name = self.port_of(service), service.partition("-")[0]
        return environment_of(name, port, self._around) | dict(self.environment)

    def token(self, role: str, *, person_id: str | None = None, firm_id: str | None = None) -> str:
        """A bearer token of the local issuer."""
        return keys.token(self._around.keys, role, person_id=person_id, firm_id=firm_id)

    def log_of(self, name: str) -> Path:
        """A service's log."""
        return self.folder / "log" / f"{name}.log"

    async def start_all(self) -> None:
        """Start everything; when something does not start, nothing is left running."""
        await self._make_room()
        try:
            await self._start_surroundings()
            async with asyncio.TaskGroup() as starting:
                for service in self.services:
                    starting.create_task(self.start(service))
        except BaseExceptionGroup as failures:
            await self.stop_all()
            raise failures.exceptions[0] from None
        except BaseException:
            await self.stop_all()
            raise

    async def stop_all(self) -> None:
        """Stop the services, then what they stand on, and forget the run."""
        await asyncio.gather(*(self.stop(service) for service in self.urls))
        await self.processes.end_all()

    async def start(self, service: str) -> None:
        """Start a service and return when it is ready; StartFailedError with its log's last lines if not.

        A name such as `matching-2` starts one more process of that service.
        """
        self.launch(service)
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            ready = await until(lambda: self._is_ready_or_dead(service, client), within=READY_SECONDS)
        if not (ready and self.processes.is_alive(service)):
            log = self.log_of(service)
            what = "did not get ready" if self.processes.is_alive(service) else "ended at once"
            msg = f"{service} {what}; its log is {log}, and ends so:\n{tail(log)}"
            raise StartFailedError(msg)

    def launch(self, service: str) -> None:
        """Start a service, and do not wait for it."""
        self.urls.setdefault(service, f"http://127.0.0.1:{free_port()}")
        self.processes.launch(
            service,
            self.service_command(service.partition("-")[0]),
            environment=self.service_environment(service),
            log=self.log_of(service),
        )

    async def stop(self, service: str) -> None:
        """End a service in good order: SIGTERM, and SIGKILL after the grace period."""
        await self.processes.end(service)

    async def kill(self, service: str) -> None:
        """End a service with SIGKILL."""
        await self.processes.kill(service)

    async def restart(self, service: str) -> None:
        """Stop a service and start it again, on the same port."""
        await self.stop(service)
        await self.start(service)

    async def _make_room(self) -> None:
        state_file = self.folder / "state.json"
        state = read_state(state_file)
        if state.is_up():
            msg = f"a run in {self.folder} is up already"
            raise AlreadyRunningError(msg)
        self.processes = Processes(state_file, stays=self.stays)
        await self.processes.end_all()  # what a run that was killed has left
        if self.fresh:
            await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)
        await asyncio.to_thread(self.mail_folder.mkdir, parents=True, exist_ok=True)

    async def _start_surroundings(self) -> None:
        files = await asyncio.to_thread(keys.make_keys, self.keys_folder)
        parts = self.found = self.parts or await finder.find(self.folder, self.processes)
        if self.must_be_empty and (held := await finder.holds_anything(parts, self.services)):
            raise finder.NothingFoundError(held)
        smtp_port = await self._start_mail()
        self.urls = {name: f"http://127.0.0.1:{port}" for name, port in self._ports().items()}
        page = {"frontend_url": await self._start_frontend()} if self.with_frontend else {}
        self._around = Surroundings(
            amqp_url=parts.amqp_url_of(self.virtual_host),
            mongo_url=parts.mongo_url,
            database_prefix=self.database_prefix,
            smtp_port=smtp_port,
            intake_url=self.urls.get("intake", NOBODY),
            keys=files,
            **page,
        )
        broker = self.amqp_url if parts.broker else "as AMQP_URL says"
        database = self.mongo_url if parts.database else "as MONGO_URL says"
        self.processes.note(
            **self.urls,
            frontend=self.frontend_url,
            mail=str(self.mail_folder),
            broker=broker,
            database=database,
        )

    def _ports(self) -> dict[str, int]:
        if self.standard_ports:
            return ports_from({service: STANDARD_PORTS[service] for service in self.services})
        return {service: free_port() for service in self.services}

    async def _start_mail(self) -> int:
        port = free_port()
        command = [sys.executable, "-m", "deploy.local.smtp", "--port", str(port)]
        await self._start_server("smtp", [*command, "--folder", str(self.mail_folder)], port)
        return port

    async def _start_frontend(self) -> str:
        another = frontend.url_of_another()
        if another is not None:
            return another
        first = frontend.PORT if self.standard_ports else free_port()
        port, folder = ports_from({"frontend": first})["frontend"], self.folder / "frontend"
        await asyncio.to_thread(frontend.lay_out, folder, self.urls)
        await self._start_server(
            "frontend", frontend.command(port, folder), port, greeting=b"HEAD / HTTP/1.0\r\n\r\n"
        )
        return frontend.url_of(port)

    async def _start_server(self, name: str, command: list[str], port: int, *, greeting: bytes = b"") -> None:
        """Start what is not a service, and return when it answers; StartFailedError if it does not."""
        log = self.log_of(name)
        self.processes.launch(name, command, environment=os.environ, log=log)

        async def is_ready_or_dead() -> bool:
            return not self.processes.is_alive(name) or await answers(port, greeting)

        if not (await until(is_ready_or_dead, within=READY_SECONDS) and self.processes.is_alive(name)):
            msg = f"{name} did not start; its log is {log}, and ends so:\n{tail(log)}"
            raise StartFailedError(msg)

    async def _is_ready_or_dead(self, service: str, client: httpx.AsyncClient) -> bool:
        if not self.processes.is_alive(service):
            return True
        try:
            return (await client.get(f"{self.urls[service]}/readyz")).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False
