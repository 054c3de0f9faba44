"""What can go wrong between us and the database."""


class StorageUnavailable(Exception):  # noqa: N818  a state of the world, not a mistake
    """The database did not answer in time; whether a commit took place may be unknown."""


class NotInTime(StorageUnavailable):
    """It was not done in time, and had no effect.

    The database is in trouble, or it is too much for one transaction, or others hold what it writes.
    """


class StandaloneDatabase(Exception):  # noqa: N818
    """The database is not a replica set, so it has no transactions: a service refuses to start on it."""


class IdReused(Exception):  # noqa: N818
    """A known source and id came with another body."""
