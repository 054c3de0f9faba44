"""The whole system on one machine without Docker: a private broker, a private database, mail, four services."""
