"""Rules of a firm that need the register: where it lies, and that nobody has it already."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain import firm_data, firm_names
from cultivate.domain.actor import Actor
from cultivate.domain.firm_data import UNSET, FirmData
from cultivate.domain.stages import STAGES
from cultivate.domain.values import Problem
from cultivate.errors import N_, Invalid
from cultivate.i18n import language
from cultivate.models import Candidacy, Firm, FirmName, OrgUnit
from cultivate.queries.units import get_unit


class InvalidFirm(Invalid):
    """Everything that is wrong with what was said of a firm; message and field are those of the first."""

    def __init__(self, problems: Sequence[Invalid]) -> None:
        """Take at least one problem."""
        first = problems[0]
        super().__init__(first.msgid, field=first.field, code=first.problem, **first.params)
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class Place:
    """Street and park of a firm."""

    street_id: int
    park_id: int | None


def as_invalid(problem: Problem) -> Invalid:
    """A row's problem as a refusal; a proven repair of a credit code travels as ``params["suggestion"]``."""
    return Invalid(
        problem.msgid, field=problem.field, code=problem.code, **problem.params, suggestion=problem.suggestion
    )


def checked(data: FirmData) -> tuple[FirmData, list[Invalid]]:
    """The fields, normalised, and what is wrong with them taken alone."""
    clean, problems = firm_data.check(data, clock.today())
    return clean, [as_invalid(problem) for problem in problems]


def place_of(session: Session, actor: Actor, data: FirmData) -> Place:
    """Street and park as ids; a street is needed, and the two must lie within the actor's scope.

    A caseworker of a park may choose any street, with their own park.
    """
    if not data.street or data.street is UNSET:
        raise Invalid(N_("Choose the street that the firm lies in."), field="street", code="unit-missing")
    street = get_unit(session, data.street, "street", field="street")
    park = (
        get_unit(session, data.park, "park", field="park") if data.park and data.park is not UNSET else None
    )
    place = Place(street.id, park.id if park else None)
    require_within(actor, place)
    return place


def require_within(actor: Actor, place: Place) -> None:
    """Refuse a place that is not the actor's."""
    if not actor.scope.holds(place.street_id, place.park_id):
        raise Invalid(
            N_("This street is not yours. Hand the firm to its street, or ask the bureau."),
            field="street",
            code="unit-not-yours",
        )


def duplicates(
    session: Session, actor: Actor, data: FirmData, *, but: int | None = None, confirm_name: bool = False
) -> list[Invalid]:
    """Why this firm cannot be written beside those that are there. ``but`` is the firm being edited.

    A firm elsewhere is named by its street and by nothing else; ``params["firm_id"]`` is set only for a
    firm that the actor may see.
    """
    if isinstance(data.uscc, str) and (owner := _living(session, Firm.uscc == data.uscc, but)):
        return [
            _known(session, actor, owner, N_("This firm is already with %(unit)s."), "uscc", "firm-known")
        ]
    if confirm_name or not isinstance(data.name, str):
        return []
    key = firm_names.normalise(data.name)
    namesake = _living(session, Firm.name_key == key, but)
    message = N_("A firm of exactly this name is already with %(unit)s. Confirm that yours is another one.")
    if namesake is None:
        once = select(FirmName.firm_id).where(FirmName.name_key == key)
        namesake = _living(session, Firm.id.in_(once), but)
        message = N_(
            "A firm that was once called exactly this is already with %(unit)s. Confirm that yours is another one."
        )
    if namesake is None:
        return []
    return [_known(session, actor, namesake, message, "confirm_name", "name-known")]


def has_live_candidacy(session: Session, firm_id: int) -> bool:
    """Whether the firm stands in a stage of any track: then its street changes by a transfer only."""
    statement = select(Candidacy.id).where(Candidacy.firm_id == firm_id, Candidacy.stage.in_(STAGES)).limit(1)
    return session.scalar(statement) is not None


def _living(session: Session, condition: ColumnElement[bool], but: int | None) -> Firm | None:
    statement = select(Firm).where(condition, Firm.deleted_at.is_(None)).order_by(Firm.id)
    if but is not None:
        statement = statement.where(Firm.id != but)
    return session.scalars(statement.limit(1)).first()


def _known(session: Session, actor: Actor, firm: Firm, message: str, field: str, code: str) -> Invalid:
    street = session.get_one(OrgUnit, firm.street_id)
    visible = actor.scope.holds(firm.street_id, firm.park_id)
    return Invalid(
        message, field=field, code=code, unit=street.name(language()), firm_id=firm.id if visible else None
    )
