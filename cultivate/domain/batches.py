"""Application batches: their states and those of the firms and papers in them (docs/decisions, design §3).

A batch's state follows from its days; a firm's from the moves after it came in; a paper's is what people say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cultivate.domain.stages import Exit, Stage
from cultivate.errors import N_

PREPARING, OPEN, CLOSED = "preparing", "open", "closed"
SUBMITTED, PUBLICISED, ANNOUNCED = "submitted", "publicised", "announced"
BATCH_STATES: dict[str, str] = {
    PREPARING: N_("in preparation"),
    OPEN: N_("open"),
    CLOSED: N_("closed"),
    SUBMITTED: N_("handed up"),
    PUBLICISED: N_("made public"),
    ANNOUNCED: N_("announced"),
}

ACCEPTED, NOT_PASSED, WITHDRAWN = "accepted", "not_passed", "withdrawn"
#: in the order in which a firm goes through them; the last three are the ends
ENTRY_STATES: dict[str, str] = {
    ACCEPTED: N_("taken in"),
    SUBMITTED: N_("handed up"),
    PUBLICISED: N_("made public"),
    ANNOUNCED: N_("recognised"),
    NOT_PASSED: N_("not passed"),
    WITHDRAWN: N_("withdrawn"),
}
#: nothing has been decided about these yet
UNDECIDED: tuple[str, ...] = (ACCEPTED, SUBMITTED, PUBLICISED)

MISSING, ASKED, RECEIVED, CHECKED, WAIVED = "missing", "asked", "received", "checked", "waived"
PAPER_STATES: dict[str, str] = {
    MISSING: N_("missing"),
    ASKED: N_("called in"),
    RECEIVED: N_("received"),
    CHECKED: N_("checked"),
    WAIVED: N_("not needed"),
}
#: a paper in one of these is in order
IN_ORDER: tuple[str, ...] = (CHECKED, WAIVED)

#: what experts' scores are told by: item -> words and most points (195, annex)
SCORES: dict[str, tuple[str, int]] = {
    "ip": (N_("Intellectual property"), 30),
    "conversion": (N_("Results put to use"), 30),
    "rd_management": (N_("R&D management"), 20),
    "growth": (N_("Growth"), 20),
    "total": (N_("Total score"), 100),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days of a batch."""

    opens_on: date
    closes_on: date
    upper_closes_on: date | None = None
    submitted_on: date | None = None
    publicised_on: date | None = None
    announced_on: date | None = None

    def takes_in(self, day: date) -> bool:
        """Whether a firm may come in on that day; what is recorded late goes by its own day."""
        return self.opens_on <= day <= self.closes_on and (
            self.submitted_on is None or day <= self.submitted_on
        )

    def state(self, today: date) -> str:
        """Where the batch stands."""
        for reached, state in (
            (self.announced_on, ANNOUNCED),
            (self.publicised_on, PUBLICISED),
            (self.submitted_on, SUBMITTED),
        ):
            if reached is not None and reached <= today:
                return state
        if today < self.opens_on:
            return PREPARING
        return OPEN if today <= self.closes_on else CLOSED

    def countdown(self, today: date) -> tuple[str, int] | None:
        """What comes next (``opens``, ``closes`` or ``upper``) and in how many days; ``None`` when all is past."""
        ahead = (
            ("opens", self.opens_on, 1),
            ("closes", self.closes_on, 0),
            ("upper", self.upper_closes_on, 0),
        )
        if self.submitted_on is not None:
            return None
        for what, day, least in ahead:
            if day is not None and (day - today).days >= least:
                return what, (day - today).days
        return None


#: accounts that a firm leaves a batch for, by what they mean
OUTCOMES: dict[str, str] = {
    Stage.CERTIFY: ANNOUNCED,
    Stage.SERVE: NOT_PASSED,
    **{str(way_out): WITHDRAWN for way_out in Exit},
}


@dataclass(frozen=True, slots=True)
class Progress:
    """Papers in order, of all."""

    done: int
    all: int

    @property
    def complete(self) -> bool:
        """Whether nothing is open; a batch without a checklist asks for nothing."""
        return self.done == self.all


def progress(states: Iterable[str]) -> Progress:
    """Of one firm's papers."""
    found = list(states)
    return Progress(sum(state in IN_ORDER for state in found), len(found))


def scores_wrong(scores: Mapping[str, float]) -> str | None:
    """The first item that there is not, or whose points cannot be."""
    return next(
        (item for item, points in scores.items() if item not in SCORES or not 0 <= points <= SCORES[item][1]),
        None,
    )
