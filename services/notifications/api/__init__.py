"""Notifications' endpoints."""

from services.notifications.api import bounces, messages, preferences, previews, unsubscribing, webhooks

ROUTERS = [
    messages.router,
    previews.router,
    preferences.router,
    unsubscribing.router,
    bounces.router,
    webhooks.router,
]
