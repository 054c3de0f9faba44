"""Run notifications: ``python -m services.notifications``."""

from services.notifications.app import build
from shared.service import run

run(build)
