"""Whose a row is that only speaks of a firm: figures and papers never bring a firm into the register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from cultivate.domain import credit_code, firm_names, roster_rules
from cultivate.domain.scope import Scope
from cultivate.domain.values import Problem, is_blank
from cultivate.errors import N_
from cultivate.queries import units
from cultivate.services.imports import known_firms
from cultivate.services.imports.known_firms import Known, KnownFirms
from cultivate.services.imports.verdict import InputRow


@dataclass(slots=True)
class Whose:
    """The firm of a row, or why it has none; ``warnings`` are merely odd."""

    firm: Known | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Named:
    code: str | None
    name: str
    problems: tuple[Problem, ...]

    @property
    def key(self) -> str:
        return firm_names.normalise(self.name)


def find(session: Session, scope: Scope, rows: Sequence[InputRow]) -> list[Whose]:
    """The firm of each row: by its code, else by its exact name, present or former; in the order of the rows."""
    named = [_named(row.cells) for row in rows]
    places = {unit.id: unit.code for unit in units.list_units(session)}
    known = known_firms.load(
        session,
        {each.code for each in named if each.code},
        {each.key for each in named if each.key},
        places,
    )
    return [_find(each, known, scope) for each in named]


def _named(cells: Mapping[str, str]) -> _Named:
    checked = credit_code.check(cells.get("uscc", ""))
    problems = []
    if checked.msgid is not None:
        params = {"length": checked.length}
        problems.append(
            Problem("credit-code-invalid", checked.msgid, params, "uscc", suggestion=checked.suggestion)
        )
    cell = cells.get("name", "")
    name = "" if is_blank(cell) else roster_rules.tidy_name(cell)
    if checked.value is None and not problems and not firm_names.normalise(name):
        problems.append(
            Problem("name-missing", N_("The row has neither a name nor a credit code."), field="name")
        )
    return _Named(checked.value, name, tuple(problems))


def _find(named: _Named, known: KnownFirms, scope: Scope) -> Whose:
    found = Whose(problems=list(named.problems))
    if found.problems:
        return found
    firm = known.by_code.get(named.code) if named.code else None
    if firm is None:
        firm = _by_name(named, known, found)
    elif any(other is not firm for other in known.by_name.get(named.key, ())):
        message = N_("The code belongs to one firm of the register, the name to another.")
        found.problems.append(Problem("row-inconsistent", message, field="uscc"))
    elif named.key and named.key not in {firm.name_key, *firm.former}:
        message = N_("The register knows this code under another name; the row was taken by its code.")
        found.warnings.append(Problem("name-differs", message, field="name"))
    if found.problems:
        return found
    if firm is None:
        message = N_("This firm is not in the register. Register it first, or import it with a roster.")
        found.problems.append(Problem("firm-unknown", message, field="uscc" if named.code else "name"))
    elif not scope.holds(firm.street_id, firm.park_id):
        message = N_("This firm is with %(unit)s: only they record its figures and papers.")
        found.problems.append(Problem("firm-elsewhere", message, {"unit": firm.data.street}))
    else:
        found.firm = firm
    return found


def _by_name(named: _Named, known: KnownFirms, found: Whose) -> Known | None:
    """One firm of that name, present or else former; with a code in the row only one that has none yet."""
    for firms in (known.by_name, known.by_former):
        agreeing = [firm for firm in firms.get(named.key, []) if named.code is None or firm.data.uscc is None]
        if len(agreeing) > 1:
            message = N_("Several firms of the register bear this name. Give the credit code.")
            found.problems.append(Problem("name-ambiguous", message, field="name"))
            return None
        if agreeing:
            return agreeing[0]
    return None
