"""Run scheduling: ``python -m services.scheduling``."""

from services.scheduling.app import build
from shared.service import run

run(build)
