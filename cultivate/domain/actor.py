"""Who acts: a person through a page, the API or a command, or a job."""

from dataclasses import dataclass, field

from cultivate.domain.permissions import Act, Role, may
from cultivate.domain.scope import Scope
from cultivate.errors import N_, Forbidden


@dataclass(frozen=True, slots=True)
class Actor:
    """The actor of a service call; values only, so that a session's end cannot take them away."""

    user_id: int | None
    username: str
    display_name: str
    role: str
    unit_ids: frozenset[int] = field(default_factory=frozenset)
    locale: str = "zh"
    source: str = "page"
    """The door: ``page``, ``api``, ``cli``, ``import``, ``list`` or ``job``."""

    @property
    def scope(self) -> Scope:
        """A caseworker sees their units, everybody else the district; contacts as the table says."""
        return Scope(
            everything=self.role != Role.CASEWORKER,
            unit_ids=self.unit_ids,
            contacts=may(self.role, Act.VIEW_CONTACTS),
        )

    def may(self, act: Act) -> bool:
        """Whether the permission table lets this role do that."""
        return may(self.role, act)

    def require(self, act: Act) -> None:
        """Raise ``Forbidden`` unless the permission table allows the act."""
        if not self.may(act):
            raise Forbidden(N_("Your role may not do this. Ask the bureau or the administrator."))

    def through(self, source: str) -> "Actor":
        """The same actor by another door (an import, a list)."""
        return Actor(
            self.user_id, self.username, self.display_name, self.role, self.unit_ids, self.locale, source
        )


def job_actor() -> Actor:
    """What scheduled jobs act as: the bureau's rights, nobody's name."""
    return Actor(None, "job", "job", Role.BUREAU, source="job")
