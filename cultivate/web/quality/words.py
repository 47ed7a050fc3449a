"""A rule in words."""

from cultivate import clock
from cultivate.domain.quality import RULES
from cultivate.i18n import _
from cultivate.queries.quality import closed_year


def rule_words(rule: str) -> str:
    """What is wrong, with the year that it is about."""
    return str(_(RULES[rule].label, year=closed_year(clock.today())))
