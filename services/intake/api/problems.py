"""What intake's callers can be told is wrong, beside what any service may say."""

from shared.web.problems import Problem


class RoundIsClosed(Problem):
    """Nobody can apply any more, or not yet."""

    status, type, title = 409, "round-closed", "The round is closed"


class NoRoundOpen(Problem):
    """No round is open at the moment."""

    status, type, title = 404, "no-round-open", "No round is open at the moment"


class RoundsOverlap(Problem):
    """One round at a time is open."""

    status, type, title = 409, "rounds-overlap", "Another round is open on some of these days"


class LinkNotValid(Problem):
    """The code was used, has run out, or never was one."""

    status, type, title = 400, "link-not-valid", "This link was used or has run out; ask for a new one"
