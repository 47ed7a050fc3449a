"""Rows of a roster that would register a firm whose name is near one that is there: a warning, never more.

Whichever are fewer, the file's names or the register's, are indexed and the others stream past them. Two codes
of their own tell two firms apart: then nothing is asked of the names.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, true
from sqlalchemy.orm import Session

from cultivate.domain import firm_names
from cultivate.domain.duplicates import NearNames
from cultivate.domain.scope import Scope
from cultivate.domain.values import Problem
from cultivate.errors import N_
from cultivate.models import Firm, OrgUnit
from cultivate.queries.candidacies import firm_within
from cultivate.services.imports.verdict import CREATE, Verdict, kept

_STREAMED = 5000
MESSAGE = N_("A similar name is in the register: %(name)s (%(unit)s). Make sure that this is another firm.")


def warn(session: Session, scope: Scope, verdicts: Sequence[Verdict]) -> None:
    """Add the warning ``near-name`` to new rows; only firms of the scope are told."""
    new = [verdict for verdict in verdicts if verdict.outcome == CREATE]
    for rows, firms in (
        ([row for row in new if not _has_code(row)], true()),
        ([row for row in new if _has_code(row)], Firm.uscc.is_(None)),
    ):
        if rows:
            _warn(session, scope, rows, firms)


def _has_code(verdict: Verdict) -> bool:
    return isinstance(verdict.content.uscc, str)


def _warn(session: Session, scope: Scope, rows: Sequence[Verdict], firms: ColumnElement[bool]) -> None:
    there = session.scalar(select(func.count()).select_from(Firm).where(firm_within(scope), firms)) or 0
    streamed = _firms(session, scope, firms) if there else ()
    if there < len(rows):
        _ask_few_firms(streamed, rows)
    else:
        _ask_many_firms(streamed, rows)


def _firms(session: Session, scope: Scope, firms: ColumnElement[bool]) -> Iterable[Row[Any]]:
    statement = (
        select(Firm.id, Firm.name_key, Firm.name, OrgUnit.code)
        .join(OrgUnit, OrgUnit.id == Firm.street_id)
        .where(firm_within(scope), firms)
        .order_by(Firm.id)
        .execution_options(yield_per=_STREAMED)
    )
    return session.execute(statement)


def _ask_few_firms(firms: Iterable[Row[Any]], rows: Iterable[Verdict]) -> None:
    index: NearNames[Row[Any]] = NearNames()
    for firm in firms:
        index.add(firm.name_key, firm)
    for row in rows:
        near = index.near(firm_names.normalise(str(row.content.name)))
        if near:
            _tell(row, min(near, key=lambda firm: firm.id))


def _ask_many_firms(firms: Iterable[Row[Any]], rows: Iterable[Verdict]) -> None:
    index: NearNames[Verdict] = NearNames()
    for row in rows:
        index.add(str(row.content.name), row)
    told: set[int] = set()
    for firm in firms:
        for row in index.near(firm.name_key):
            if row.number not in told:
                told.add(row.number)
                _tell(row, firm)


def _tell(row: Verdict, firm: Row[Any]) -> None:
    params = {"name": firm.name, "unit": firm.code, "firm_id": firm.id}
    row.problems.append(kept(Problem("near-name", MESSAGE, params, "name"), warning=True))
