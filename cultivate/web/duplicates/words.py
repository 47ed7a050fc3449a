"""Why two firms are a pair, what they probably are, and what one firm is to another, in words."""

from cultivate.domain.duplicates import AFFILIATE, BRANCH, RENAMED, SAME, SUCCESSOR
from cultivate.errors import N_
from cultivate.i18n import _
from cultivate.queries.duplicates import LinkRow

REASONS: dict[str, str] = {
    "same-body": N_("same organisation code under two credit codes"),
    "same-name": N_("same name"),
    "former-name": N_("the one's former name is the other's"),
    "same-core": N_("same name but for place and form"),
    "branch-name": N_("the one's name is that of a branch of the other"),
    "near-name": N_("similar name"),
    "same-phone": N_("same phone"),
    "same-address": N_("same address"),
    "same-day": N_("established on the same day"),
}
HINTS: dict[str, str] = {
    SAME: N_("probably one firm"),
    RENAMED: N_("probably renamed"),
    SUCCESSOR: N_("probably a successor"),
    BRANCH: N_("probably a branch"),
    AFFILIATE: N_("probably a sister firm"),
}
STATUSES: dict[str, str] = {
    "waiting": N_("To decide"),
    "linked": N_("Linked"),
    "distinct": N_("Two firms"),
}
#: kind and whether ``other`` is it to the firm asked about -> what is said before the other's name
LINKS: dict[tuple[str, bool], str] = {
    (BRANCH, True): N_("Branch"),
    (BRANCH, False): N_("Branch of"),
    (SUCCESSOR, True): N_("Carried on by"),
    (SUCCESSOR, False): N_("Carries on"),
    (AFFILIATE, True): N_("Sister firm"),
    (AFFILIATE, False): N_("Sister firm"),
}


def reasons(codes: tuple[str, ...]) -> str:
    """All reasons, the strongest first."""
    return _(", ").join(_(REASONS.get(code, code)) for code in codes)


def hint(code: str) -> str:
    """What the two probably are."""
    return _(HINTS.get(code, code))


def link(row: LinkRow) -> str:
    """What is said before the other's name."""
    return _(LINKS[row.kind, row.forward])
