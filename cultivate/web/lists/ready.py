"""Views that are there from the first day, by role."""

from dataclasses import dataclass

from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Role
from cultivate.errors import N_
from cultivate.queries.columns import FIRMS, PIPELINE

_WORKING = frozenset({Role.CASEWORKER, Role.BUREAU})


@dataclass(frozen=True, slots=True)
class ReadyView:
    """A question with a name; whose ``roles`` is empty is everybody's."""

    area: str
    name: str
    query: str
    roles: frozenset[Role] = frozenset()


READY = (
    ReadyView(FIRMS, N_("In my charge"), "in_charge=me", frozenset({Role.CASEWORKER})),
    ReadyView(FIRMS, N_("No code yet"), "no_code=1", _WORKING),
    ReadyView(FIRMS, N_("Not visited for 90 days"), "stage=serve&unserved=90", _WORKING),
    ReadyView(
        FIRMS,
        N_("Certificates ending this year"),
        "stage=certify&ends=this&cols=uscc,place,hnte,ends,charged",
    ),
    ReadyView(FIRMS, N_("Nobody in charge"), "in_charge=nobody", frozenset({Role.BUREAU, Role.LEADER})),
    ReadyView(PIPELINE, N_("In my charge"), "in_charge=me", frozenset({Role.CASEWORKER})),
    ReadyView(PIPELINE, N_("Stalled"), "stalled=1"),
    ReadyView(PIPELINE, N_("Not visited for 90 days"), "stage=serve&unserved=90", _WORKING),
    ReadyView(PIPELINE, N_("No code yet"), "stage=discover&no_code=1", _WORKING),
    ReadyView(PIPELINE, N_("Nobody in charge"), "in_charge=nobody", frozenset({Role.BUREAU, Role.LEADER})),
    ReadyView(PIPELINE, N_("Certificates ending this year"), "stage=certify&ends=this"),
)


def ready_for(actor: Actor, area: str) -> list[ReadyView]:
    """The ready views of a list that this role has a use for."""
    kind = area.partition("/")[0]
    return [view for view in READY if view.area == kind and (not view.roles or actor.role in view.roles)]
