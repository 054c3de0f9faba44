"""A private RabbitMQ node: its own data, ports, Erlang cookie and port mapper (epmd), on loopback alone."""

import asyncio
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import aio_pika
from aio_pika.exceptions import AMQPError

from deploy.local.ports import answers, free_port
from deploy.local.processes import Processes
from deploy.local.waiting import StartFailedError, tail, until

# Not the ones under /usr/sbin, which switch to the user rabbitmq.
SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
CONTROL = Path("/usr/lib/rabbitmq/bin/rabbitmqctl")

START_SECONDS = 60.0
"""A fresh node takes 6 s on two idle cores."""


class Broker:
    """A RabbitMQ node in a folder. Ports and data stay the same over `stop`, `kill` and `start`.

    It holds nothing of an event loop, so it may be started in one and stopped in another.
    """

    def __init__(self, folder: Path, processes: Processes) -> None:
        self._folder = folder.resolve()
        self._processes = processes
        self._port, self._distribution_port, self._mapper_port = free_port(), free_port(), free_port()

    @property
    def url(self) -> str:
        """The AMQP URL of the default virtual host."""
        return self.url_of("/")

    def url_of(self, virtual_host: str) -> str:
        """The AMQP URL of a virtual host."""
        return f"amqp://guest:guest@127.0.0.1:{self._port}/{quote(virtual_host, safe='')}"

    @property
    def log(self) -> Path:
        """What the node says."""
        return self._folder / "log" / "rabbitmq.log"

    async def start(self) -> None:
        """Start the node and return when it takes AMQP connections; StartFailedError when it does not."""
        await asyncio.to_thread(self._prepare)
        self._launch("epmd", [_mapper(), "-port", str(self._mapper_port), "-address", "127.0.0.1"])
        self._launch("rabbitmq", [str(SERVER)])
        ready = await until(self._is_ready_or_dead, within=START_SECONDS)
        if not (ready and self._processes.is_alive("rabbitmq")):
            msg = f"RabbitMQ did not start; its log is {self.log}, and ends so:\n{tail(self.log)}"
            raise StartFailedError(msg)

    async def stop(self) -> None:
        """Stop the node in good order, and its port mapper."""
        await self._processes.end("rabbitmq")
        await self._processes.end("epmd")

    async def kill(self) -> None:
        """End the node with SIGKILL, as a crash would; `start` brings it back with its data."""
        await self._processes.kill("rabbitmq")

    async def add_virtual_hosts(self, *names: str) -> None:
        """Make virtual hosts and let `guest` do everything in them: half a second for any number."""
        await self.evaluate(
            'begin rabbit_vhost:add(V, <<"local">>), rabbit_auth_backend_internal:set_permissions('
            '<<"guest">>, V, <<".*">>, <<".*">>, <<".*">>, <<"local">>) end',
            names,
        )

    async def delete_virtual_hosts(self, *names: str) -> None:
        """Remove virtual hosts with all that is in them."""
        await self.evaluate('rabbit_vhost:delete(V, <<"local">>)', names)

    async def evaluate(self, expression: str, names: tuple[str, ...]) -> None:
        """Evaluate an Erlang expression in the node, with `V` bound to each of the names in turn."""
        hosts = ", ".join(f'<<"{name}">>' for name in names)
        await self.control("eval", f"[{expression} || V <- [{hosts}]].")

    async def control(self, *arguments: str) -> str:
        """What `rabbitmqctl` answers; RuntimeError with its words when it fails."""
        process = await asyncio.create_subprocess_exec(
            str(CONTROL),
            *arguments,
            env=self._environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        if process.returncode:
            msg = f"rabbitmqctl {arguments[0]}: {output.decode(errors='replace')}"
            raise RuntimeError(msg)
        return output.decode(errors="replace")

    def _prepare(self) -> None:
        for name in ("home", "log"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        cookie = self._folder / "home" / ".erlang.cookie"
        if not cookie.exists():
            cookie.touch(mode=0o600)
            cookie.write_text(secrets.token_hex(20))
            cookie.chmod(0o400)
        (self._folder / "rabbitmq.conf").write_text("log.console = false\nlog.file = rabbitmq.log\n")
        (self._folder / "advanced.config").write_text("[].\n")
        (self._folder / "enabled_plugins").write_text("[].\n")
        # localhost without asking anybody: a bare Debian has no /etc/hosts.
        names = '{lookup, [file, native]}.\n{host, {127,0,0,1}, ["localhost"]}.\n'
        (self._folder / "inetrc").write_text(names)

    def _launch(self, name: str, command: list[str]) -> None:
        if not self._processes.is_alive(name):
            log = self._folder / "log" / f"{name}.out"
            self._processes.launch(name, command, environment=self._environment(), log=log)

    def _environment(self) -> Mapping[str, str]:
        foreign = ("RABBITMQ_", "ERL_", "NOTIFY_SOCKET")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return inherited | {
            "HOME": str(self._folder / "home"),
            "LANG": "C.UTF-8",
            "ERL_CRASH_DUMP": str(self._folder / "log" / "erl_crash.dump"),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._mapper_port),
            "ERL_INETRC": str(self._folder / "inetrc"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self._folder / "advanced.config"),
            "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "enabled_plugins"),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "data"),
            "RABBITMQ_NODENAME": "enmusubi@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_PID_FILE": str(self._folder / "rabbitmq.pid"),
            # Schedulers bound to cores would fight with those of another node on the same machine.
            "RABBITMQ_SCHEDULER_BIND_TYPE": "u",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            # The script then becomes the node instead of waiting for it: one process, whose pid we know.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    async def _is_ready_or_dead(self) -> bool:
        if not self._processes.is_alive("rabbitmq"):
            return True
        if not await answers(self._port, greeting=b"AMQP\x00\x00\x09\x01"):
            return False  # aio-pika would log each refusal
        try:
            connection = await aio_pika.connect(self.url, timeout=5)
        except (OSError, AMQPError, TimeoutError):
            return False
        await connection.close()
        return True


def _mapper() -> str:
    return shutil.which("epmd") or "/usr/bin/epmd"


def missing() -> str | None:
    """What this machine lacks for a private broker, or nothing."""
    return None if SERVER.exists() else "RabbitMQ is not installed"
