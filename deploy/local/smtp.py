"""A real SMTP server that files each mail as an .eml: `python -m deploy.local.smtp --port N --folder F`."""

import argparse
import asyncio
import os
import re
import signal
import sys
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Filing:
    """Files mails in the order in which they arrive: `000042-<Message-ID>.eml`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        numbers = [int(file.name[:6]) for file in folder.glob("[0-9]*.eml")]
        self._last = max(numbers, default=0)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002
        """Answer yes only when the mail is on disk (the name is aiosmtpd's)."""
        content = envelope.original_content or b""
        self._last += 1
        name = f"{self._last:06d}-{_safe(content)}.eml"
        trace = [f"Return-Path: <{envelope.mail_from or ''}>"]
        trace += [f"Delivered-To: {recipient}" for recipient in envelope.rcpt_tos]
        head = "".join(f"{line}\r\n" for line in trace).encode()
        await asyncio.to_thread(self._file, name, head + content)
        return f"250 filed as {name}"

    def _file(self, name: str, content: bytes) -> None:
        written = self._folder / f".{name}"
        with written.open("wb") as output:
            output.write(content)
            output.flush()
            os.fsync(output.fileno())
        written.rename(self._folder / name)  # so that nobody reads half a mail


def _safe(content: bytes) -> str:
    """The Message-ID as a file name."""
    head = content.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    message_id = message_from_bytes(head + b"\n\n").get("Message-ID", "no-id")
    return re.sub(r"[^0-9A-Za-z.@_-]", "", str(message_id))[:120]


async def serve(port: int, folder: Path) -> None:
    """Take mail on 127.0.0.1 until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    filing = Filing(folder)
    server = await loop.create_server(
        lambda: SMTP(filing, hostname="localhost", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port
    )
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await stopped.wait()
    server.close()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.folder))


if __name__ == "__main__":
    main()
