"""Assessments that were kept: listed, compared with the one before, and formed again; and scenarios."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cultivate.domain.policy import assess as engine
from cultivate.domain.policy.facts import read_facts
from cultivate.domain.policy.pack import Pack
from cultivate.domain.scope import Scope
from cultivate.errors import NotFound
from cultivate.models import Assessment, Firm, Scenario, User
from cultivate.packs.policy_words import plain
from cultivate.queries import policies
from cultivate.queries.candidacies import firm_within

MOST = 50


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """One that was kept, as plain values."""

    id: int
    firm_id: int
    track: str
    applied_on: date
    policy: str
    digest: str
    local_versions: list[int]
    fingerprint: str
    facts: dict[str, Any]
    result: dict[str, Any]
    verdict: str
    occasion: str
    by: str | None
    made_at: datetime

    @property
    def answers(self) -> dict[str, str]:
        """Condition -> its answer."""
        return {row["id"]: row["result"] for row in self.result["conditions"]}


@dataclass(frozen=True, slots=True)
class Compared:
    """One with what turned since the one before it: condition, answer before, answer now."""

    row: AssessmentRow
    turned: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Reproduced:
    """An assessment formed again from the facts it saw, by the pack as it stands for them."""

    found: engine.Assessment
    pack_changed: bool
    """The pack of that digest is no longer there: the answer may differ from the one that was kept."""
    same: bool


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """Changed facts under a name."""

    id: int
    firm_id: int
    track: str
    name: str
    applied_on: date
    changes: dict[str, Any]
    by: str | None
    made_at: datetime


_COLUMNS = (
    *(
        getattr(Assessment, name)
        for name in AssessmentRow.__dataclass_fields__
        if name not in {"by", "made_at"}
    ),
    User.display_name,
    Assessment.made_at,
)
_SCENARIO = (
    *(getattr(Scenario, name) for name in ScenarioRow.__dataclass_fields__ if name not in {"by", "made_at"}),
    User.display_name,
    Scenario.made_at,
)


def list_of_firm(
    session: Session, scope: Scope, firm_id: int, track: str | None = None
) -> list[AssessmentRow]:
    """The last fifty of a firm within the scope, the newest first."""
    statement = _within(scope).where(Assessment.firm_id == firm_id)
    if track is not None:
        statement = statement.where(Assessment.track == track)
    return [AssessmentRow(*row) for row in session.execute(statement.limit(MOST))]


def compared(rows: list[AssessmentRow]) -> list[Compared]:
    """Each of one track with what turned since the one before."""
    found = []
    for at, row in enumerate(rows):
        before = rows[at + 1] if at + 1 < len(rows) else None
        old = before.answers if before else {}
        turned = tuple(
            (code, old[code], now) for code, now in row.answers.items() if code in old and old[code] != now
        )
        found.append(Compared(row, turned))
    return found


def get_assessment(session: Session, scope: Scope, assessment_id: int) -> AssessmentRow:
    """One of a firm within the scope, else ``NotFound``."""
    row = session.execute(_within(scope).where(Assessment.id == assessment_id)).first()
    if row is None:
        raise NotFound
    return AssessmentRow(*row)


def reproduce(session: Session, row: AssessmentRow) -> Reproduced:
    """Form it again. Texts of local versions are never edited, so that only a new release changes a pack."""
    versions = [policies.get_version(session, each) for each in row.local_versions]
    pack: Pack = policies.laid_over(row.policy, versions).pack
    found = engine.assess(pack, read_facts(row.facts))
    changed = pack.digest != row.digest
    return Reproduced(found, changed, same=not changed and result_of(found) == row.result)


def result_of(found: engine.Assessment) -> dict[str, Any]:
    """An answer without words, as JSON keeps it."""
    score = found.score
    result = {
        "verdict": found.verdict,
        "conditions": [
            {
                "id": row.code,
                "result": row.result,
                "value": plain(row.value),
                "threshold": plain(row.threshold),
                "shortfall": plain(row.shortfall),
                "unit": row.unit,
            }
            for row in found.conditions
        ],
        "score": {
            "min": score.low,
            "max": score.high,
            "items": [{"id": item.code, "min": item.low, "max": item.high} for item in score.items],
        }
        if score
        else None,
        "warnings": [{"code": row.code, "field": row.field} for row in found.warnings],
    }
    kept: dict[str, Any] = json.loads(json.dumps(result))
    return kept


def list_scenarios(session: Session, scope: Scope, firm_id: int, track: str) -> list[ScenarioRow]:
    """Of a firm within the scope, the newest first."""
    statement = _scenarios(scope).where(Scenario.firm_id == firm_id, Scenario.track == track)
    return [ScenarioRow(*row) for row in session.execute(statement)]


def get_scenario(session: Session, scope: Scope, scenario_id: int) -> ScenarioRow:
    """One of a firm within the scope, else ``NotFound``."""
    row = session.execute(_scenarios(scope).where(Scenario.id == scenario_id)).first()
    if row is None:
        raise NotFound
    return ScenarioRow(*row)


def condition_titles(pack: Pack, language: str) -> Mapping[str, str]:
    """Condition -> its title."""
    return {row.code: row.title.say(language) for row in pack.conditions}


def _within(scope: Scope) -> Select[Any]:
    return (
        select(*_COLUMNS)
        .join(Firm, Firm.id == Assessment.firm_id)
        .outerjoin(User, User.id == Assessment.by_id)
        .where(firm_within(scope))
        .order_by(Assessment.id.desc())
    )


def _scenarios(scope: Scope) -> Select[Any]:
    return (
        select(*_SCENARIO)
        .join(Firm, Firm.id == Scenario.firm_id)
        .outerjoin(User, User.id == Scenario.by_id)
        .where(firm_within(scope))
        .order_by(Scenario.id.desc())
    )
