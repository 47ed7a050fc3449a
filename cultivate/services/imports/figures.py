"""The kind ``figures``: figures of firms that are in the register, by year and calibre.

A sheet is wide (2023年销售收入, 2024年销售收入 …), or long (a column 年度, a row for each year), or both. What no
title and no column says of calibre and source is said once for the file.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain import figures as known_figures
from cultivate.domain import roster_rules
from cultivate.domain.actor import Actor
from cultivate.domain.figures import CALIBRES, FIGURES, KEYS, key_of, split_key
from cultivate.domain.permissions import Act
from cultivate.domain.values import Clear, Problem, compact, is_blank, to_text
from cultivate.errors import N_, Invalid
from cultivate.models import ImportBatch, ImportRow
from cultivate.queries import figures as queries
from cultivate.services import figure_bulk, firm_figures, long_work
from cultivate.services.firm_figures import LONGEST_SOURCE, Slot
from cultivate.services.imports import whose
from cultivate.services.imports.kind import Kind
from cultivate.services.imports.known_firms import Known, chunks
from cultivate.services.imports.options import FIGURES as CODE
from cultivate.services.imports.options import ImportOptions
from cultivate.services.imports.touched import EDITED, refuse
from cultivate.services.imports.verdict import (
    DUPLICATE,
    REJECTED,
    UNCHANGED,
    UPDATE,
    InputRow,
    Verdict,
    kept,
    rejected,
)
from cultivate.services.imports.whose import Whose

_YEAR = re.compile(r"(20\d{2})(?:年度|年末|年|财年)?")
_DATED = re.compile(r"(.+)_(\d{4})")
_KEPT = Decimal("0.0001")
_FIGURE_KEYS = frozenset(KEYS)


@dataclass(slots=True)
class _Said:
    """What a row says: figures by year and key, with the column of each, and out of which document."""

    figures: dict[Slot, Decimal | None] = field(default_factory=dict)
    columns: dict[Slot, str] = field(default_factory=dict)
    source: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def years(self) -> dict[int, dict[str, Decimal | None]]:
        """By year."""
        found: dict[int, dict[str, Decimal | None]] = {}
        for (year, key), value in self.figures.items():
            found.setdefault(year, {})[key] = value
        return found


def _check_options(_session: Session, _actor: Actor, options: ImportOptions) -> None:
    if options.extra.get("calibre", "") not in {"", *CALIBRES}:
        message = N_("There is no such calibre; there are %(known)s.")
        raise Invalid(message, field="calibre", code="calibre-unknown", known=", ".join(CALIBRES))
    if len(options.extra.get("source", "")) > LONGEST_SOURCE:
        message = N_("The text is longer than %(longest)s characters.")
        raise Invalid(message, field="source", code="text-too-long", longest=LONGEST_SOURCE)


def _judge(session: Session, actor: Actor, options: ImportOptions, rows: Sequence[InputRow]) -> list[Verdict]:
    found = whose.find(session, actor.scope, rows)
    seen: dict[tuple[int, Slot], tuple[int, Decimal | None]] = {}
    pairs = long_work.counted(long_work.CHECKING, zip(rows, found, strict=True), len(rows))
    return [_verdict(row, firm, _read(row.cells, options), seen) for row, firm in pairs]


def _read(cells: Mapping[str, str], options: ImportOptions) -> _Said:
    """A row's figures; a year in the title goes before that of the row, so does a calibre."""
    said = _Said()
    year = _year(cells.get("year", ""), said)
    calibre = _calibre(cells.get("calibre", ""), options, said)
    said.source = _source(cells.get("source", ""), options, said)
    for column, cell in cells.items():
        dated = _DATED.fullmatch(column)
        key = dated[1] if dated else column
        if key not in _FIGURE_KEYS:
            continue
        figure, own = split_key(key)
        value = roster_rules.figure_value(figure, cell)
        if isinstance(value, Problem):
            said.problems.append(Problem(value.code, value.msgid, value.params, field=column))
        elif value is not None:
            at = int(dated[2]) if dated else year
            _take(said, column, at, key_of(figure, own or calibre), value)
    return said


def _take(said: _Said, column: str, year: int | None, key: str, value: Any) -> None:
    if year is None:
        if not any(problem.field == "year" for problem in said.problems):
            message = N_("The row says no year. Add a column for it, or write the year into the titles.")
            said.problems.append(Problem("year-missing", message, field="year"))
        return
    number = None if isinstance(value, Clear) else Decimal(value).quantize(_KEPT, ROUND_HALF_UP)
    if said.figures.setdefault((year, key), number) != number:
        message = N_("Two columns of the row give the same figure, and not the same number.")
        said.problems.append(Problem("row-inconsistent", message, field=column))
    said.columns.setdefault((year, key), column)


def _year(cell: str, said: _Said) -> int | None:
    if is_blank(cell):
        return None
    match = _YEAR.fullmatch(compact(cell))
    if match is None:
        message = N_("“%(value)s” is no year; write it like 2025.")
        said.problems.append(Problem("year-invalid", message, {"value": cell[:60]}, field="year"))
        return None
    return int(match[1])


def _calibre(cell: str, options: ImportOptions, said: _Said) -> str:
    given = options.extra.get("calibre", "")
    if is_blank(cell):
        return given
    found = known_figures.find_calibre(cell)
    if found is None:
        message = N_("“%(value)s” is no calibre; write 会计, 税务, 高企 or 统计.")
        said.problems.append(Problem("calibre-unknown", message, {"value": cell[:60]}, field="calibre"))
    return found or given


def _source(cell: str, options: ImportOptions, said: _Said) -> str:
    text = to_text(cell, longest=LONGEST_SOURCE)
    if isinstance(text, Problem):
        said.problems.append(Problem(text.code, text.msgid, text.params, field="source"))
    return text if isinstance(text, str) else options.extra.get("source", "")


def _verdict(
    row: InputRow, whose_row: Whose, said: _Said, seen: dict[tuple[int, Slot], tuple[int, Decimal | None]]
) -> Verdict:
    firm = whose_row.firm
    problems = [*whose_row.problems, *said.problems]
    if not problems and not said.figures:
        problems = [Problem("figure-missing", N_("The row holds no figure."))]
    if firm is None or problems:
        return rejected(row.number, problems)
    earlier = _earlier(firm, said, seen)
    if isinstance(earlier, Problem):
        return rejected(row.number, [earlier])
    problems = [_at_column(each, said) for each in firm_figures.problems(firm.data.years, said.years)]
    if problems:
        return rejected(row.number, problems)
    for slot, value in said.figures.items():
        seen.setdefault((firm.id, slot), (row.number, value))
    warnings = [kept(warning, warning=True) for warning in whose_row.warnings]
    if earlier is not None:
        repeated = Problem("duplicate-row", N_("The same figures as row %(row)s."), {"row": earlier})
        return Verdict(row.number, DUPLICATE, firm.id, [kept(repeated, warning=True)])
    changes = list(_changes(firm, said))
    if not changes:
        return Verdict(row.number, UNCHANGED, firm.id, warnings)
    return Verdict(row.number, UPDATE, firm.id, warnings, changes, content=said)


def _earlier(
    firm: Known, said: _Said, seen: Mapping[tuple[int, Slot], tuple[int, Decimal | None]]
) -> int | Problem | None:
    """The earlier row that said all of this already, or the problem that one said otherwise."""
    rows = set()
    for slot, value in said.figures.items():
        number, before = seen.get((firm.id, slot), (0, None))
        if number and before != value:
            message = N_("Row %(row)s gives another number for the same firm, year and calibre.")
            return Problem("row-inconsistent", message, {"row": number}, field=said.columns[slot])
        rows.add(number)
    if not rows or 0 in rows:
        return None
    return min(rows)


def _at_column(problem: Problem, said: _Said) -> Problem:
    """A problem names the figure; the person looks for the column of the file."""
    dated = _DATED.fullmatch(problem.field or "")
    column = said.columns.get((int(dated[2]), dated[1])) if dated else problem.field
    return Problem(problem.code, problem.msgid, problem.params, field=column)


def _changes(firm: Known, said: _Said) -> Iterator[dict[str, Any]]:
    for (year, key), value in sorted(said.figures.items(), key=_order):
        before = firm.data.years.get(year, {}).get(key)
        if value != before:
            yield {
                "field": f"{key}_{year}",
                "before": firm_figures.plain(before),
                "after": firm_figures.plain(value),
            }


def _order(slot: tuple[Slot, Decimal | None]) -> tuple[int, int]:
    (year, key), _value = slot
    return -year, list(FIGURES).index(split_key(key)[0])


def _write(session: Session, actor: Actor, batch: ImportBatch, verdicts: Sequence[Verdict]) -> int:
    """Write the figures; nothing is booked by them."""
    said: dict[int, list[tuple[firm_figures.Years, str]]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.outcome == UPDATE and verdict.firm_id is not None:
            said[verdict.firm_id].append((verdict.content.years, verdict.content.source))
    figure_bulk.record_many(session, actor.through("import"), said, batch.id)
    return 0


def _slots(session: Session, batch: ImportBatch, side: str) -> dict[int, dict[Slot, Decimal | None]]:
    """By firm what the batch changed, as it was ``before`` or ``after``."""
    found: dict[int, dict[Slot, Decimal | None]] = defaultdict(dict)
    rows = session.execute(
        select(ImportRow.firm_id, ImportRow.changes)
        .where(ImportRow.batch_id == batch.id, ImportRow.outcome == UPDATE)
        .order_by(ImportRow.number)
    )
    for firm_id, changes in rows:
        for change in changes:
            key, _, year = change["field"].rpartition("_")
            value = change[side]
            found[firm_id][int(year), key] = None if value is None else Decimal(value)
    return found


def _refuse_touched(session: Session, batch: ImportBatch) -> None:
    """What was said of the very same figures since stands in the way; other edits of the firm do not."""
    written = _slots(session, batch, "after")

    def marks() -> Iterator[tuple[int, str]]:
        for part in chunks(sorted(written)):
            current = queries.slots_of(session, part)
            for firm_id in part:
                for slot, value in written[firm_id].items():
                    if current.get((firm_id, *slot), (None, None)) != (
                        value,
                        None if value is None else batch.id,
                    ):
                        yield firm_id, EDITED

    refuse(session, marks())


def _take_back(session: Session, actor: Actor, batch: ImportBatch, _moment: datetime) -> int:
    figure_bulk.take_back(session, actor.through("import"), _slots(session, batch, "before"), batch.id)
    return 0


KIND = Kind(
    code=CODE,
    label=N_("Figures by year"),
    act=Act.IMPORT_FIRMS,
    outcomes=(UPDATE, UNCHANGED, DUPLICATE, REJECTED),
    written=frozenset({UPDATE}),
    check_options=_check_options,
    judge=_judge,
    write=_write,
    refuse_touched=_refuse_touched,
    take_back=_take_back,
)
