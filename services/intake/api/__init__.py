"""Intake's endpoints."""

from services.intake.api import applications, candidates, links, rounds, screening

ROUTERS = [
    rounds.router,
    applications.router,
    screening.router,
    candidates.router,
    links.router,
]
