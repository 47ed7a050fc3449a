"""Faults of the register: what may be missing, contradictory or stale about a firm, and what it costs.

A fault costs the promise what hangs on its firms: each stands in a stage from which a known share has been
certified, so a fault of twelve firms in ``recommend`` weighs more than the same fault of forty in ``discover``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from cultivate.domain.stages import OPEN_STAGES, Stage
from cultivate.errors import N_

MISSING, CONTRADICTORY, STALE = "missing", "contradictory", "stale"
GROUPS: dict[str, str] = {
    MISSING: N_("Missing"),
    CONTRADICTORY: N_("Contradictory"),
    STALE: N_("Stale"),
}
#: no service for so long, and it is not known whether the firm still wants to
UNVISITED = timedelta(days=180)
#: figures of two calibres differ for good reasons; by more than this share somebody should look
APART = 0.2
#: a fault that was given up with a reason is not handed out again for so long
REST = timedelta(days=365)
#: days within which a fault is to be mended, by stage: who is put forward cannot wait
DUE_DAYS: dict[str, int] = {Stage.SERVE: 30, Stage.RECOMMEND: 10}
_CLOSE = (Stage.SERVE, Stage.RECOMMEND)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of fault. ``label`` may name the last closed ``%(year)s``; ``stages`` are those it matters in."""

    code: str
    group: str
    label: str
    remedy: str
    stages: tuple[str, ...] = _CLOSE
    #: none: it matters on every track
    track: str | None = None


_EDIT = N_("Fill it in on the firm's page")
_FIGURES = N_("Ask the firm for its figures and enter them on its page")

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule(
            "no-code",
            MISSING,
            N_("without a credit code"),
            N_("A photo of the licence is enough: enter the code"),
            OPEN_STAGES,
        ),
        Rule("no-charge", MISSING, N_("with nobody in charge"), N_("Assign somebody in the pipeline")),
        Rule("no-sales", MISSING, N_("without %(year)s sales"), _FIGURES, track="hnte"),
        Rule("no-rd", MISSING, N_("without %(year)s R&D"), _FIGURES, track="hnte"),
        Rule("no-staff", MISSING, N_("without staff or R&D staff"), _EDIT),
        Rule("no-property", MISSING, N_("without a word on intellectual property"), _EDIT),
        Rule("no-field", MISSING, N_("without a field of technology"), _EDIT, track="hnte"),
        Rule("no-established", MISSING, N_("without the day of establishment"), _EDIT),
        Rule("no-phone", MISSING, N_("without a telephone number"), _EDIT),
        Rule(
            "rd-staff-over-staff",
            CONTRADICTORY,
            N_("with more R&D staff than staff"),
            N_("Ask the firm which number is right"),
            OPEN_STAGES,
        ),
        Rule(
            "rd-over-sales",
            CONTRADICTORY,
            N_("with more R&D than sales in a year"),
            N_("Check the unit: 元 entered as 万元 looks like this"),
            OPEN_STAGES,
        ),
        Rule(
            "part-over-whole",
            CONTRADICTORY,
            N_("with a part larger than its whole (R&D in China, high-tech income)"),
            N_("Ask the firm which figure is right"),
            OPEN_STAGES,
        ),
        Rule(
            "calibres-apart",
            CONTRADICTORY,
            N_("with figures of two calibres more than 20%% apart"),
            N_("See which document is right before the application names both"),
            OPEN_STAGES,
        ),
        Rule(
            "figures-before-birth",
            CONTRADICTORY,
            N_("with figures of years before its establishment"),
            N_("Check the day of establishment"),
            OPEN_STAGES,
        ),
        Rule(
            "unvisited", STALE, N_("without a service for half a year"), N_("Visit, or record that it left")
        ),
    )
}


def chances(rates: Mapping[str, float | None]) -> dict[str, float]:
    """The share of those in each open stage that ends in ``certify``: the product of the shares from there on.

    ``rates`` are the observed conversions by stage; one that nobody has gone through yet counts as one half,
    so that a new district sees its faults ranked by stage all the same.
    """
    found: dict[str, float] = {}
    chance = 1.0
    for stage in reversed(OPEN_STAGES):
        rate = rates.get(stage)
        chance *= 0.5 if rate is None else rate
        found[stage] = chance
    return found
