"""What becomes of each row of a roster, given the register as it stands now."""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cultivate.domain import firm_names, record_mark
from cultivate.domain.firm_data import UNSET, FirmData
from cultivate.domain.roster_rules import CheckedRow, SeenRows, Value
from cultivate.domain.scope import Scope
from cultivate.domain.values import Problem
from cultivate.errors import N_
from cultivate.queries.units import Unit
from cultivate.services import firm_rules, firms, long_work
from cultivate.services.imports.known_firms import Known, KnownFirms
from cultivate.services.imports.since_export import Originals, weigh
from cultivate.services.imports.verdict import (
    CONFLICT,
    CREATE,
    DUPLICATE,
    REJECTED,
    THEIRS,
    UNCHANGED,
    UPDATE,
    Verdict,
    kept,
    kept_invalid,
    rejected,
)


class Resolver:
    """Goes through a file's rows in order; a row knows the ones before it."""

    def __init__(
        self,
        scope: Scope,
        known: KnownFirms,
        units: Mapping[tuple[str, str], Unit],
        chosen: Unit | None,
        since: Mapping[int, Originals],
    ) -> None:
        """``units`` by kind and code; ``chosen`` is the unit that the uploader named for the whole file.

        ``since``: by firm, what was changed after the file had been exported.
        """
        self._since = since
        self._scope = scope
        self._known = known
        self._units = units
        self._codes = {unit.id: unit.code for unit in units.values()}
        self._chosen = chosen
        self._seen = SeenRows()
        self._seen_firms: dict[int, int] = {}

    def verdict(self, number: int, row: CheckedRow, decision: str | None = None) -> Verdict:
        """The outcome of the next row, with the data that a commit would write.

        ``decision``: what a person said of a row that was changed here since its export.
        """
        values = dict(row.values)
        warnings = list(row.warnings)
        problems = [*row.problems, *self._lay_in_chosen(values)]
        firm = None if problems else self._match(values, problems, warnings)
        if problems:
            return rejected(number, problems)
        earlier = self._earlier(values, firm)
        if earlier is not None:
            return _duplicate(number, earlier)
        problems = self._place_problems(values, firm)
        if problems:
            return rejected(number, problems)
        verdict = _new(number, values) if firm is None else _known(number, values, firm, warnings)
        if verdict.outcome == UPDATE:
            verdict = self._newer(verdict, decision)
        if verdict.outcome != REJECTED:
            self._remember(number, values, firm)
            verdict.problems += [kept(warning, warning=True) for warning in warnings]
        return verdict

    def _newer(self, verdict: Verdict, decision: str | None) -> Verdict:
        """Of an update by an older line what goes through: see ``since_export``."""
        own, conflicting, older = weigh(verdict.changes, self._since.get(verdict.firm_id or 0, {}))
        if conflicting and decision is None:
            message = N_("Changed here since the export. Say which one counts.")
            problem = Problem("changed-since-export", message)
            return Verdict(
                verdict.number,
                CONFLICT,
                verdict.firm_id,
                problems=[kept(problem)],
                changes=[*conflicting, *own],
            )
        if decision == THEIRS:
            older += [change["field"] for change in conflicting]
            conflicting = []
        message = N_("Changed here since the export; the older value of the line was left out.")
        odd = [kept(Problem("older-value", message, field=field), warning=True) for field in older]
        changes = [*conflicting, *own]
        if not changes:
            return Verdict(verdict.number, UNCHANGED, verdict.firm_id, problems=odd)
        content = verdict.content.without(older)
        return Verdict(verdict.number, UPDATE, verdict.firm_id, odd, changes, content, verdict.seen)

    def _lay_in_chosen(self, values: dict[str, Value]) -> list[Problem]:
        """Rows that name no street (or park) lie in the chosen one; a row that names another is mistaken."""
        if self._chosen is None:
            return []
        said = values.setdefault(self._chosen.kind, self._chosen.code)
        if said == self._chosen.code:
            return []
        message = N_("The row names %(unit)s, the file was given for another.")
        return [Problem("unit-other", message, {"unit": said}, self._chosen.kind)]

    def _match(
        self, values: dict[str, Value], problems: list[Problem], warnings: list[Problem]
    ) -> Known | None:
        """The firm that the row speaks of: by its code, else by its exact name, present or former."""
        code, key = values.get("uscc"), firm_names.normalise(str(values["name"]))
        named = self._known.by_name.get(key, [])
        owner = self._known.by_code.get(code) if isinstance(code, str) else None
        if owner is not None:
            if named and owner not in named:
                message = N_("The code belongs to one firm of the register, the name to another.")
                problems.append(Problem("row-inconsistent", message, field="uscc"))
            return owner
        marked = self._marked(values, problems)
        if marked is not None or problems:
            return marked
        agreeing = [firm for firm in named if code is None or firm.data.uscc is None]
        if not agreeing and not named:
            agreeing = [
                firm for firm in self._known.by_former.get(key, []) if code is None or firm.data.uscc is None
            ]
        if len(agreeing) > 1:
            message = N_("Several firms of the register bear this name. Give the credit code.")
            problems.append(Problem("name-ambiguous", message, field="name"))
            return None
        if named and not agreeing:
            message = N_("A firm of the same name with another credit code is in the register already.")
            warnings.append(Problem("name-known", message, field="name"))
        return agreeing[0] if agreeing else None

    def _marked(self, values: Mapping[str, Value], problems: list[Problem]) -> Known | None:
        """The firm whose mark the line carries; a code may be given to one that had none."""
        mark = record_mark.read(str(values.get("record", "")))
        firm = self._known.by_id.get(mark[0]) if mark else None
        if firm is None or not self._scope.holds(firm.street_id, firm.park_id):
            return None
        code = values.get("uscc")
        if code is not None and firm.data.uscc is not None:
            message = N_("The code is another than that of the record this line was exported from.")
            problems.append(Problem("row-inconsistent", message, field="uscc"))
            return None
        return firm

    def _place_problems(self, values: Mapping[str, Value], firm: Known | None) -> list[Problem]:
        if firm is None:
            return self._new_place_problems(values)
        if not self._scope.holds(firm.street_id, firm.park_id):
            message = N_("This firm is already with %(unit)s.")
            return [Problem("firm-elsewhere", message, {"unit": firm.data.street})]
        street = values.get("street", firm.data.street)
        if street != firm.data.street:
            message = N_(
                "The register has this firm in %(unit)s. Move it by a transfer, so that the counts of both "
                "streets stay right, or correct the row."
            )
            return [Problem("unit-differs", message, {"unit": firm.data.street}, "street")]
        return []

    def _new_place_problems(self, values: Mapping[str, Value]) -> list[Problem]:
        street = self._units.get(("street", str(values.get("street"))))
        if street is None:
            message = N_("The row names no street. Add a column for it, or choose the unit for the file.")
            return [Problem("unit-missing", message, field="street")]
        park = self._units.get(("park", str(values.get("park"))))
        if not self._scope.holds(street.id, park.id if park else None):
            message = N_("%(unit)s is not yours. Hand the firm to its street, or ask the bureau.")
            return [Problem("unit-not-yours", message, {"unit": street.code}, "street")]
        return []

    def _earlier(self, values: Mapping[str, Value], firm: Known | None) -> int | None:
        """The row of the file that spoke of this firm before; rejected rows do not count."""
        by_firm = None if firm is None else self._seen_firms.get(firm.id)
        return self._seen.find(values) if by_firm is None else by_firm

    def _remember(self, number: int, values: Mapping[str, Value], firm: Known | None) -> None:
        self._seen.add(number, values)
        if firm is not None:
            self._seen_firms[firm.id] = number


def _new(number: int, values: Mapping[str, Value]) -> Verdict:
    return Verdict(number, CREATE, content=FirmData.from_values(values))


def _duplicate(number: int, earlier: int) -> Verdict:
    problem = Problem("duplicate-row", N_("The same firm as row %(row)s."), {"row": earlier})
    return Verdict(number, DUPLICATE, problems=[kept(problem, warning=True)])


def _known(number: int, values: Mapping[str, Value], firm: Known, warnings: list[Problem]) -> Verdict:
    """Unchanged, or an update with its differences; a merged record must be as sound as a new one."""
    said = _without_place(FirmData.from_values(values), firm, warnings)
    said = _with_present_name(said, firm, warnings)
    changes = differences(firm, said)
    if not changes:
        return Verdict(number, UNCHANGED, firm.id)
    _, problems = firm_rules.checked(said.over(firm.data))
    if problems:
        found = rejected(number, [])
        found.problems = [kept_invalid(problem) for problem in problems]
        return found
    return Verdict(number, UPDATE, firm.id, changes=changes, content=said, seen=firm.version)


def _without_place(said: FirmData, firm: Known, warnings: list[Problem]) -> FirmData:
    """A roster says where a firm is thought to lie; only a transfer moves it."""
    if said.park is not UNSET and said.park != firm.data.park:
        message = N_("The park was left as it is: it changes by a transfer.")
        warnings.append(Problem("park-differs", message, field="park"))
    return replace(said, street=UNSET, park=UNSET)


def _with_present_name(said: FirmData, firm: Known, warnings: list[Problem]) -> FirmData:
    """An old roster must not bring an old name back, nor another width of brackets count as a rename."""
    key = firm_names.normalise(str(said.name))
    if key == firm.name_key:
        return replace(said, name=UNSET)
    if key in firm.former:
        message = N_("A former name; the firm is now called %(name)s.")
        warnings.append(Problem("name-former", message, {"name": firm.data.name}, "name"))
        return replace(said, name=UNSET)
    return said


def differences(firm: Known, said: FirmData) -> list[dict[str, Any]]:
    """Field by field what an update would change; former names are those that would be added."""
    found = [
        {"field": key, "before": before, "after": after}
        for key, (before, after) in firms.differences(firm.data, said).items()
    ]
    renamed = [] if said.name is UNSET else [str(firm.data.name)]
    present = firm.name_key if said.name is UNSET else firm_names.normalise(str(said.name))
    fresh = {
        key: name
        for name in (*renamed, *said.former_names)
        if (key := firm_names.normalise(name)) not in {*firm.former, present}
    }
    if fresh:
        found.append({"field": "former_names", "before": None, "after": list(fresh.values())})
    return found


def resolve(
    resolver: Resolver, rows: deque[tuple[int, CheckedRow]], decisions: Mapping[int, str]
) -> list[Verdict]:
    """All rows, in the order of the file; ``decisions`` by row.

    Each row is let go when it is done, as the file may be large.
    """
    taken = (rows.popleft() for _ in range(len(rows)))
    counted = long_work.counted(long_work.COMPARING, taken, len(rows))
    return [resolver.verdict(number, row, decisions.get(number)) for number, row in counted]
