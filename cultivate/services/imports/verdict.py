"""What is said of one row, and the form in which problems are kept.

A problem is kept as code, English msgid and parameters, so that each reader gets it in their own language. The
parameter ``unit`` is a unit's code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cultivate.domain.values import Problem
from cultivate.errors import Invalid
from cultivate.models.import_batch import ACCEPTED

CREATE, UPDATE, UNCHANGED, DUPLICATE, REJECTED = "create", "update", "unchanged", "duplicate", "rejected"
MATCHED, TO_DECIDE, UNMATCHED = "matched", "to_decide", "unmatched"

#: a row whose firm was changed here since the row was exported
CONFLICT = "conflict"
#: outcomes with which "all or none" is none
UNFIT = frozenset({REJECTED, TO_DECIDE, CONFLICT})
#: what a person says of a conflict: the file's value counts, or the register's
MINE, THEIRS = "mine", "theirs"
OURS, NOT_OURS = "ours", "not_ours"
#: a firm that we did not know: registered and recorded as the line says, or as a mere lead
NEW, LEAD = "new", "lead"


@dataclass(frozen=True, slots=True)
class InputRow:
    """A row of the file: its cells as texts by key, and what a person has decided about it."""

    number: int
    cells: Mapping[str, str]
    decision: str | None = None
    firm_id: int | None = None
    """The firm that a person named; only with the decision ``ours``."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """What the person added: ``street`` (a code), ``issued_on``."""


@dataclass(slots=True)
class Verdict:
    """``content`` is what a commit writes: a ``FirmData`` or a list's ``Entry``; it is not kept.

    Nor is ``seen``: of an update, the version of the firm that was compared.
    """

    number: int
    outcome: str
    firm_id: int | None = None
    problems: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    content: Any = None
    seen: int | None = None


def kept(problem: Problem, *, warning: bool = False) -> dict[str, Any]:
    """A problem as it is stored with its row."""
    return {
        "code": problem.code,
        "msgid": problem.msgid,
        "params": dict(problem.params),
        "field": problem.field,
        "suggestion": problem.suggestion,
        "warning": warning,
    }


def kept_invalid(error: Invalid) -> dict[str, Any]:
    """A refusal of the services as a row's problem."""
    params = {key: value for key, value in error.params.items() if key != "suggestion"}
    suggestion = error.params.get("suggestion")
    return kept(Problem(error.problem, error.msgid, params, error.field, suggestion))


def rejected(number: int, problems: Iterable[Problem]) -> Verdict:
    """A row that is not written, and every reason why."""
    return Verdict(number, REJECTED, problems=[kept(problem) for problem in problems])


def without_decision(given: Mapping[str, Any]) -> dict[str, Any]:
    """Of what a person added to a row, that which does not belong to its decision."""
    return {key: value for key, value in given.items() if key == ACCEPTED}


def accepted_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """By column, ``before`` and ``after`` of the suggestions that were taken over."""
    return dict(given.get(ACCEPTED, {}))
