"""What the process works on: firms, their candidacies, and the steps these take."""

from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from cultivate.domain.stages import OPEN_STAGES, OUTSIDE, STAGES, Exit, Stage

#: by whom a step was booked
JOB, LIST, BUREAU, CASEWORKER, OPENING_ENTRY = "job", "list", "bureau", "caseworker", "opening"
Spot = tuple[str, str | None]


@dataclass(eq=False, slots=True)
class DemoFirm:
    """A firm: where it lay since when, and how long it stays."""

    number: int
    known_on: date
    """Day on which the book learned of it."""
    strength: float
    """0 … 1; strong firms go further and have better figures."""
    spots: list[tuple[date, Spot]]
    gone_on: date | None = None
    gone_how: str = Exit.MOVED_OUT
    candidacies: list["DemoCandidacy"] = field(default_factory=list)
    id: int = 0

    def spot(self, day: date) -> Spot:
        """Street and park on a day."""
        return next((spot for since, spot in reversed(self.spots) if since <= day), self.spots[0][1])

    def here(self, day: date) -> bool:
        """Whether it is still in the district on that day."""
        return self.gone_on is None or day < self.gone_on

    def on_track(self, track: str) -> list["DemoCandidacy"]:
        """Its candidacies of a track, oldest first."""
        return [candidacy for candidacy in self.candidacies if candidacy.track == track]


@dataclass(eq=False, slots=True)
class Step:
    """A move to be booked."""

    candidacy: "DemoCandidacy"
    to: str
    on: date
    by: str
    reason: str | None = None
    retry_year: int | None = None
    caused_by: "Step | None" = None
    reverses: "Step | None" = None
    transfer: "DemoTransfer | None" = None
    recorded_at: datetime | None = None
    issued_on: date | None = None
    """For a step to ``certify``: the certificate's day of issue."""
    id: int = 0

    @property
    def known_at(self) -> datetime:
        """When the book learned of it; every step has its time once ``recording`` is done."""
        if self.recorded_at is None:
            raise AssertionError(self)
        return self.recorded_at

    @property
    def kind(self) -> str:
        """As the ledger names it."""
        if self.reverses is not None:
            return "reversal"
        return "transfer" if self.transfer is not None else "move"


@dataclass(eq=False, slots=True)
class DemoTransfer:
    """A firm's change of street or park."""

    firm: DemoFirm
    source: Spot
    target: Spot
    on: date
    reason: str
    recorded_at: datetime
    id: int = 0


@dataclass(eq=False, slots=True)
class DemoCandidacy:
    """One way through a track. ``stage`` and ``since`` follow the steps of the process."""

    firm: DemoFirm
    track: str
    cycle: int
    renews: "DemoCandidacy | None" = None
    stage: str = OUTSIDE
    since: date = date.min
    ends_on: date | None = None
    """Last day of its certificate."""
    retry_year: int | None = None
    plan: tuple[date, str] | None = None
    """What will become of it if nothing else does: day and account."""
    steps: list[Step] = field(default_factory=list)
    id: int = 0

    @property
    def open(self) -> bool:
        """Whether it is on its way."""
        return self.stage in OPEN_STAGES

    @property
    def live(self) -> bool:
        """Whether it stands at a stage."""
        return self.stage in STAGES

    def go(
        self, to: str, on: date, by: str, reason: str | None = None, retry_year: int | None = None
    ) -> Step:
        """Take a step; steps are taken in the order of their days."""
        if on < self.since:
            message = f"{self.track}: {to} on {on} before {self.stage} since {self.since}"
            raise AssertionError(message)
        step = Step(self, to, on, by, reason, retry_year)
        self.steps.append(step)
        self.stage, self.since, self.plan = to, on, None
        self.retry_year = retry_year
        return step


@dataclass(eq=False)
class World:
    """The whole district."""

    size: int
    rng: Random
    scale: float
    firms: list[DemoFirm] = field(default_factory=list)
    candidacies: list[DemoCandidacy] = field(default_factory=list)
    transfers: list[DemoTransfer] = field(default_factory=list)

    def scaled(self, number: float) -> int:
        """A number of the full-sized district at this size."""
        return round(number * self.scale)

    def open(self, firm: DemoFirm, track: str, renews: DemoCandidacy | None = None) -> DemoCandidacy:
        """A new candidacy, still outside."""
        made = DemoCandidacy(firm, track, len(firm.on_track(track)) + 1, renews)
        firm.candidacies.append(made)
        self.candidacies.append(made)
        return made

    def standing(self, track: str, stage: str) -> list[DemoCandidacy]:
        """Candidacies of a track that stand there now, oldest first."""
        return [one for one in self.candidacies if one.track == track and one.stage == stage]

    def in_force(self, track: str) -> list[DemoCandidacy]:
        """Those that hold a certificate."""
        return self.standing(track, Stage.CERTIFY)
