"""Files for the tests of imports."""

from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate.db.base import Base
from cultivate.domain.actor import Actor
from cultivate.services import imports
from cultivate.services.imports import ImportOptions

LISTS = Path(__file__).parent / "data" / "lists"
HEADER = ("企业名称", "统一社会信用代码", "所属街道", "职工总数", "备注")


def csv(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> bytes:
    """A roster as CSV."""
    return "\n".join(",".join(row) for row in (header, *rows)).encode("utf-8-sig")


def take_in(
    session: Session, actor: Actor, content: bytes, options: ImportOptions | None = None, kind: str = "firms"
) -> dict[str, Any]:
    """Preview, commit and report."""
    options = options or ImportOptions()
    return imports.run(session, actor, kind, "名册.csv", content, options)


def outcomes(report: dict[str, Any]) -> dict[str, int]:
    """The counts of a report that are not zero, without the sum."""
    names = ("create", "update", "unchanged", "duplicate", "rejected", "matched", "to_decide", "unmatched")
    return {name: report[name] for name in names if report.get(name)}


def problem_codes(report: dict[str, Any]) -> list[tuple[int, str]]:
    """Row and code of each problem."""
    return [(problem["row"], problem["code"]) for problem in report["problems"]]


def row_counts(session: Session) -> dict[str, int]:
    """Rows of every table: what "nothing was written" means."""
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }
