"""Kinds of service, in the order in which a form offers them."""

from cultivate.errors import N_

KINDS: dict[str, str] = {
    "visit": N_("Visit"),
    "briefing": N_("Policy briefing"),
    "diagnosis": N_("One-firm diagnosis"),
    "rd_bookkeeping": N_("R&D bookkeeping help"),
    "ip_planning": N_("IP planning"),
    "auditor": N_("Auditor introduced"),
    "pre_check": N_("Papers checked beforehand"),
    "finance": N_("Finance"),
    "talent": N_("Talent"),
    "other": N_("Other"),
}
