"""Matching's endpoints."""

from services.matching.api import assignments, firms, matches, offers, positions

ROUTERS = [firms.router, positions.router, matches.router, offers.router, assignments.router]
