"""Writing figures: a new one stands beside those that were said before, which are kept as history."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain import roster_rules
from cultivate.domain.actor import Actor
from cultivate.domain.figures import key_of, split_key
from cultivate.domain.permissions import Act
from cultivate.domain.values import Problem
from cultivate.errors import N_, Conflict
from cultivate.models import Firm, FirmFigure
from cultivate.queries import firms as queries
from cultivate.services import audit, firm_rules, stages
from cultivate.services.firm_rules import InvalidFirm

Years = Mapping[int, Mapping[str, Decimal | None]]
Slot = tuple[int, str]
"""Year and key of a figure."""
FIRST_YEAR = 2000
LONGEST_SOURCE = 200


def record(
    session: Session,
    actor: Actor,
    firm_id: int,
    years: Years,
    version: int | None = None,
    *,
    source: str = "",
) -> bool:
    """Keep what is said of a firm's figures, from the document ``source``; True when something was changed.

    Raises ``Conflict`` (``current``: the ``FirmDetail``) when ``version`` is stale, ``InvalidFirm`` for figures
    that cannot be: of a year to come, negative, a part larger than its whole.
    """
    actor.require(Act.EDIT_FIRM)
    firm = stages.firm_in_scope(session, actor, firm_id)
    if version is not None and version != firm.version:
        raise Conflict(
            N_("Somebody else changed this firm in the meantime."),
            current=queries.get_firm(session, actor.scope, firm_id),
        )
    known = of(firm)
    found = problems(known, years)
    if len(source) > LONGEST_SOURCE:
        message = N_("The text is longer than %(longest)s characters.")
        found.append(Problem("text-too-long", message, {"longest": LONGEST_SOURCE}, field="source"))
    if found:
        raise InvalidFirm([firm_rules.as_invalid(problem) for problem in found])
    return bool(_write(session, actor, firm, years, source=source))


def problems(known: Years, years: Years) -> list[Problem]:
    """What is wrong with figures that are said on top of those that are known."""
    found = []
    this_year = clock.today().year
    for year, figures in years.items():
        if not FIRST_YEAR <= year <= this_year:
            message = N_("There are no figures of %(year)s: give a year from 2000 to this year.")
            found.append(Problem("year-invalid", message, {"year": year}, field="year"))
        found += [problem for key, value in figures.items() if (problem := _value_problem(year, key, value))]
        merged = {**known.get(year, {}), **figures}
        values = {f"{key}_{year}": value for key, value in merged.items() if value is not None}
        found += roster_rules.figure_problems(values)
    return found


def _value_problem(year: int, key: str, value: Decimal | None) -> Problem | None:
    figure, _calibre = split_key(key)
    if value is None:
        return None
    checked = roster_rules.figure_value(figure, format(value, "f"))
    if not isinstance(checked, Problem):
        return None
    return Problem(checked.code, checked.msgid, checked.params, field=f"{key}_{year}")


def _write(session: Session, actor: Actor, firm: Firm, years: Years, *, source: str) -> dict[str, list[Any]]:
    changes = put(session, actor, firm, years, source=source)
    _touch(session, actor, firm, changes, source=source)
    session.flush()
    return changes


def _touch(
    session: Session, actor: Actor, firm: Firm, changes: Mapping[str, list[Any]], **details: Any
) -> None:
    """A firm's version grows with its figures, and the trail tells of them."""
    if not changes:
        return
    firm.updated_at = clock.now()
    told = {key: value for key, value in details.items() if value}
    audit.note(
        session, actor, "edit", "firm", firm.id, changes=dict(changes), version=firm.version + 1, **told
    )


def of(firm: Firm) -> dict[int, dict[str, Decimal | None]]:
    """The current figures of a firm: year -> key -> value."""
    found: dict[int, dict[str, Decimal | None]] = {}
    for row in firm.figures:
        found.setdefault(row.year, {})[key_of(row.figure, row.calibre)] = row.value
    return found


def put(
    session: Session,
    actor: Actor,
    firm: Firm,
    years: Years,
    *,
    source: str = "",
    import_batch_id: int | None = None,
) -> dict[str, list[Any]]:
    """Write the figures that differ from the current ones; ``None`` ends one without a successor.

    ``source`` is the document they were read from. Returns what differs, before and after, as plain JSON
    values. The caller flushes, and notes the change in the trail.
    """
    current = (
        {(row.year, key_of(row.figure, row.calibre)): row for row in firm.figures} if firm.figures else {}
    )
    now = clock.now()
    changes: dict[str, list[Any]] = {}
    for year, figures in sorted(years.items()):
        for key, value in figures.items():
            known = current.get((year, key))
            if value == (known.value if known else None):
                continue
            changes[f"{key}_{year}"] = [plain(known.value if known else None), plain(value)]
            if known is not None:
                known.replaced_at = now
            if value is not None:
                figure, calibre = split_key(key)
                session.add(
                    FirmFigure(
                        firm_id=firm.id,
                        year=year,
                        figure=figure,
                        calibre=calibre,
                        value=value,
                        source=source,
                        by_id=actor.user_id,
                        import_batch_id=import_batch_id,
                        recorded_at=now,
                    )
                )
    return changes


def plain(value: Decimal | None) -> str | None:
    """A figure as the trail and an import's row keep it."""
    return None if value is None else format(value.normalize(), "f")


def new_rows(
    actor: Actor, firm_id: int, years: Years, import_batch_id: int | None
) -> list[dict[str, object]]:
    """Columns of the figures of a firm that has none yet, for the importer."""
    now = clock.now()
    return [
        {
            "firm_id": firm_id,
            "year": year,
            "figure": split_key(key)[0],
            "calibre": split_key(key)[1],
            "value": value,
            "source": "",
            "by_id": actor.user_id,
            "import_batch_id": import_batch_id,
            "recorded_at": now,
        }
        for year, figures in years.items()
        for key, value in figures.items()
        if value is not None
    ]
