"""What matching's callers can be told is wrong, beside what any service may say."""

from shared.web.problems import Problem


class HeadcountHeld(Problem):
    """More people than that were offered the position already."""

    status, type, title = 409, "headcount-held", "Open or accepted offers hold more places than that"


class PositionFull(Problem):
    """Every place of the position is held by an offer."""

    status, type, title = 409, "position-full", "All places of this position are held by offers"


class InterviewMissing(Problem):
    """An offer comes after an interview."""

    status, type, title = (
        409,
        "interview-missing",
        "No interview for this match has taken place, as far as is known",
    )


class MatchNotMade(Problem):
    """An offer needs a match that both sides have accepted."""

    status, type, title = 409, "match-not-made", "Both sides have to accept the match first"


class MatchEnded(Problem):
    """The match has ended for good."""

    status, type, title = 409, "match-ended", "This match has ended"


class OfferStands(Problem):
    """There is an offer for the match, which is to be answered or withdrawn first."""

    status, type, title = 409, "offer-stands", "There is an offer for this match"


class OfferRunOut(Problem):
    """The offer's time is over."""

    status, type, title = 409, "offer-expired", "This offer has expired"
