"""Stages, accounts and the ways between them (the words of the plan: discover, serve, recommend, certify).

A stage is an account of the ledger in which a candidacy stands; an exit is an account it has left for.
"""

from enum import StrEnum

from cultivate.errors import N_


class Stage(StrEnum):
    """The four stages of every track, in order."""

    DISCOVER = "discover"
    SERVE = "serve"
    RECOMMEND = "recommend"
    CERTIFY = "certify"


class Exit(StrEnum):
    """The ways out; a candidacy that has left does not come back, its firm opens the next one."""

    WITHDRAWN = "withdrawn"
    MOVED_OUT = "moved_out"
    CLOSED = "closed"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


#: where a candidacy is before it is opened, and where a reversal of its opening puts it back
OUTSIDE = "outside"
STAGES: tuple[str, ...] = tuple(Stage)
EXITS: tuple[str, ...] = tuple(Exit)
ACCOUNTS: tuple[str, ...] = (OUTSIDE, *STAGES, *EXITS)
#: stages before certification: at most one candidacy of a firm and track stands in these
OPEN_STAGES: tuple[str, ...] = (Stage.DISCOVER, Stage.SERVE, Stage.RECOMMEND)

LABELS: dict[str, str] = {
    OUTSIDE: N_("Outside"),
    Stage.DISCOVER: N_("Discover"),
    Stage.SERVE: N_("Serve"),
    Stage.RECOMMEND: N_("Recommend"),
    Stage.CERTIFY: N_("Certify"),
    Exit.WITHDRAWN: N_("Withdrawn"),
    Exit.MOVED_OUT: N_("Moved out"),
    Exit.CLOSED: N_("Closed down"),
    Exit.EXPIRED: N_("Expired"),
    Exit.REVOKED: N_("Revoked"),
    Exit.SUPERSEDED: N_("Superseded"),
}

#: design §3: the one step that comes next by hand
NEXT: dict[str, str] = {
    Stage.DISCOVER: Stage.SERVE,
    Stage.SERVE: Stage.RECOMMEND,
    Stage.RECOMMEND: Stage.CERTIFY,
}

#: every way a person, job or list may take; anything else is refused as "no such way"
WAYS: frozenset[tuple[str, str]] = frozenset(
    {
        (OUTSIDE, Stage.DISCOVER),
        (OUTSIDE, Stage.SERVE),  # a renewal starts where the firm is already known
        (Stage.DISCOVER, Stage.SERVE),
        (Stage.SERVE, Stage.RECOMMEND),
        (Stage.RECOMMEND, Stage.CERTIFY),
        (Stage.RECOMMEND, Stage.SERVE),
        (Stage.CERTIFY, Exit.EXPIRED),
        (Stage.CERTIFY, Exit.REVOKED),
        (Stage.CERTIFY, Exit.SUPERSEDED),
        *((stage, way_out) for stage in STAGES for way_out in (Exit.WITHDRAWN, Exit.MOVED_OUT, Exit.CLOSED)),
    }
)


def if_complete() -> None:
    """Refuse to start when an account has no label: a page would show a bare code."""
    missing = set(ACCOUNTS) - set(LABELS)
    if missing:
        message = f"accounts without a label: {sorted(missing)}"
        raise RuntimeError(message)


if_complete()
