"""Words of the outbox pages."""

from cultivate.errors import N_

KINDS = {"weekly": N_("Weekly letter"), "reminder": N_("Reminders")}
STATUSES = {
    "queued": N_("Waiting"),
    "sending": N_("Being sent"),
    "sent": N_("Sent"),
    "failed": N_("Refused"),
    "unsendable": N_("Kept here"),
}
