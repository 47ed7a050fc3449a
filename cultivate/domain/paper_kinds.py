"""Kinds of papers of a firm, in the order in which a form offers them."""

from cultivate.errors import N_

LICENCE, OTHER = "licence", "other"
KINDS: dict[str, str] = {
    LICENCE: N_("Business licence"),
    "application": N_("Application form"),
    "audit": N_("Audit report"),
    "ip": N_("Proof of intellectual property"),
    "service": N_("Paper of a service"),
    OTHER: N_("Other"),
}
