"""Where a reader may take a candidacy from a stage, and which of these steps ask for more on a form of their own."""

from dataclasses import dataclass

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.moves import DECIDED_EXITS, required_act
from cultivate.domain.permissions import Act
from cultivate.domain.stages import NEXT, WAYS, Exit, Stage
from cultivate.i18n import _
from cultivate.queries.pipeline import PipelineRow
from cultivate.queries.steps import next_step
from cultivate.web.firms import labels
from cultivate.web.request import actor as reader


@dataclass(frozen=True, slots=True)
class Way:
    """A stage or way out, and what its button says."""

    to: str
    label: str


@dataclass(frozen=True, slots=True)
class Step:
    """What is asked of a candidacy: the version that was seen, and where it is to go."""

    candidacy_id: int
    version: int
    to: str

    def __str__(self) -> str:
        """As a button sends it."""
        return f"{self.candidacy_id}.{self.version}.{self.to}"


def parse(text: str) -> Step | None:
    """The same read back; ``None`` for what is no such text."""
    way, _dot, rest = text.partition(".")
    version, _dot, to = rest.partition(".")
    if not all(part.isascii() and part.isdecimal() and len(part) < 16 for part in (way, version)):
        return None
    return Step(int(way), int(version), to)


def ways(actor: Actor, stage: str) -> list[Way]:
    """The next step first, then back, then out; what the role may only propose says so."""
    targets = [NEXT[stage]] if stage in NEXT else []
    if stage == Stage.RECOMMEND:
        targets.append(Stage.SERVE)
    targets += [way_out for way_out in Exit if way_out in DECIDED_EXITS]
    return [Way(to, label) for to in targets if (label := _label(actor, stage, to))]


def form_of(actor: Actor, stage: str, to: str) -> str | None:
    """The page that asks what this step needs beside the day; ``None`` where the step is taken at once.

    Also where there is no such way, or not for this role: the guard says so.
    """
    if (stage, to) not in WAYS:
        return None
    if not actor.may(required_act(stage, to)):
        return "firms.propose" if actor.may(Act.PROPOSE) and to in labels.PROPOSALS else None
    back = (stage, to) == (Stage.RECOMMEND, Stage.SERVE)
    return "firms.move" if back or to == Stage.CERTIFY or to in DECIDED_EXITS else None


def step_of(row: PipelineRow) -> Step | None:
    """What a row's next step sends, where the reader may take it and looks at today."""
    to = next_step(row).to
    if to is None or not row.can_open or row.as_of < clock.today() or not _label(reader(), row.account, to):
        return None
    return Step(row.candidacy_id, row.version, to)


def _label(actor: Actor, stage: str, to: str) -> str | None:
    if actor.may(required_act(stage, to)):
        return labels.move(stage, to)
    return _(labels.PROPOSALS[to]) if actor.may(Act.PROPOSE) and to in labels.PROPOSALS else None
