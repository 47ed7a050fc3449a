"""Words of batches: the countdown, how ready a firm is."""

from cultivate import clock
from cultivate.domain.batches import Days
from cultivate.i18n import _, _n
from cultivate.queries.batch_board import Ready
from cultivate.queries.list_details import SAID


def countdown(days: Days) -> str:
    """“12 days left” to what comes next; empty where nothing does."""
    found = days.countdown(clock.today())
    if found is None:
        return ""
    what, number = found
    if what == "opens":
        return _n("opens in %(num)s day", "opens in %(num)s days", number)
    if what == "upper":
        return _n("%(num)s day left to hand up", "%(num)s days left to hand up", number)
    if number == 0:
        return _("closes today")
    return _n("%(num)s day left", "%(num)s days left", number)


def readiness(found: Ready | None) -> str:
    """As the last screening found it; empty where there was none."""
    if found is None:
        return ""
    if found.readiness in SAID:
        return _(SAID[found.readiness])
    return _n("%(num)s thing short", "%(num)s things short", found.not_met)
