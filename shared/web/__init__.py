"""HTTP: the app factory, problems, identity, idempotency, pages, health."""
