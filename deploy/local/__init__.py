"""The whole system on one machine without Docker: broker, database, mail and services, all private."""
