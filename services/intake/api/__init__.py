"""Intake's endpoints."""

from services.intake.api import applications, applying, candidates, links, rounds, screening

ROUTERS = [
    rounds.router,
    applying.router,
    applications.router,
    screening.router,
    candidates.router,
    links.router,
]
