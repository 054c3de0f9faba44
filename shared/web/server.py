"""The HTTP server of a service's process."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

import uvicorn
from fastapi import FastAPI


class _Server(uvicorn.Server):
    """Ends when the process is told to stop. Uvicorn's own would then kill the process, with its work half done."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take signals until the process has ended."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def server_of(app: FastAPI, *, patience: float) -> uvicorn.Server:
    """Make a server that gives requests so many seconds to end once it is told to stop."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=ceil(patience)
    )
    return _Server(config)
