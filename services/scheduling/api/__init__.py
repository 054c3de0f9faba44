"""Scheduling's endpoints."""

from services.scheduling.api import (
    agendas,
    availability,
    calendars,
    interpreters,
    interviews,
    lessons,
    relocations,
    seats,
    showcases,
    teaching,
    visits,
)

ROUTERS = [
    visits.router,
    seats.router,
    interviews.router,
    showcases.router,
    teaching.router,
    lessons.router,
    relocations.router,
    agendas.router,
    interpreters.router,
    availability.router,
    calendars.router,
]
