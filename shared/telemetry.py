"""Logs, metrics and traces: what operators see. None of them ever holds personal data."""

import logging
import re
import secrets
import sys
import traceback

import structlog
from prometheus_client import Counter, Gauge, Histogram

HANDLED = Counter("enmusubi_messages_handled", "Messages taken from a queue and done with", ["queue"])
SET_ASIDE = Counter("enmusubi_messages_set_aside", "Messages not done", ["queue", "reason", "where"])
REQUESTS = Histogram("enmusubi_http_seconds", "Time to answer a request", ["method", "route", "status"])
WORK = Gauge("enmusubi_work", "What is still to be done, as /readyz shows it", ["kind"])


def configure(service: str, level: str, log_format: str) -> None:
    """Set up structlog for a process: JSON lines on standard output, or text for a person."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _where_it_failed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(level=logging.WARNING, stream=sys.stdout, format="%(message)s")


def _where_it_failed(
    _: structlog.typing.WrappedLogger, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Write an exception as its kind and the places it came by: its text and its variables may be personal."""
    raised = event.pop("exc_info", None)
    error = sys.exc_info()[1] if raised is True else raised
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        event["exception"] = type(error).__qualname__
        event["traceback"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
    return event


_traceparent = re.compile("[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}").fullmatch


def continue_trace(traceparent: str | None) -> str:
    """Return a W3C ``traceparent`` for work that this one caused; a new trace where there is none."""
    shaped = _traceparent(traceparent or "")
    trace = shaped["trace"] if shaped else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-01"
