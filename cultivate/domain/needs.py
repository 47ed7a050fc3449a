"""States of what a firm asked for."""

from cultivate.errors import N_

OPEN = "open"
STATES: dict[str, str] = {
    OPEN: N_("Open"),
    "answered": N_("Answered"),
    "declined": N_("Declined"),
    "withdrawn": N_("Withdrawn by the firm"),
}
