"""Run matching: ``python -m services.matching``."""

from services.matching.app import build
from shared.service import run

run(build)
