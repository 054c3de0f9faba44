"""What scheduling's callers can be told is wrong, beside what any service may say."""

from shared.web.problems import Problem


class SeatExpired(Problem):
    """Nobody answered in time."""

    status, type, title = 409, "seat-expired", "The offer of this seat has expired"


class NotOverYet(Problem):
    """It can be reported once it is over."""

    status, type, title = 409, "not-over-yet", "It is not over yet"


class NotShortlisted(Problem):
    """Nothing is planned for somebody who is not shortlisted."""

    status, type, title = 409, "not-shortlisted", "This candidate is not shortlisted"


class NotComing(Problem):
    """Only who has booked a seat takes part in a visit."""

    status, type, title = 409, "not-booked", "Somebody has no booked seat on this visit"


class SomebodyBusy(Problem):
    """Nobody is in two places at one time."""

    status, type, title = 409, "busy", "Somebody, or a room, is taken at that time"


class NoFreeHours(Problem):
    """No teacher has room at hours that suit the learner."""

    status, type, title = 409, "no-free-hours", "No teacher has free hours that suit this learner"


class NameTaken(Problem):
    """There is one of that name already."""

    status, type, title = 409, "name-taken", "There is one of that name already"
