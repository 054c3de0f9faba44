"""Intake's endpoints."""

from services.intake.api import (
    applications,
    applying,
    candidates,
    contract,
    exports,
    links,
    rounds,
    screening,
)

ROUTERS = [
    rounds.router,
    applying.router,
    applications.router,
    screening.router,
    candidates.router,
    exports.router,
    links.router,
    contract.router,
]
