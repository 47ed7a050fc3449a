"""Putting the service's refusals where the person looks for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cultivate.errors import CultivateError
from cultivate.services.firm_rules import InvalidFirm
from cultivate.web.forms import BaseForm, apply_error


@dataclass(frozen=True, slots=True)
class Hints:
    """What a refused firm offers beside its messages: a proven code, the firm that is there already."""

    suggestion: str | None = None
    known_id: int | None = None
    same_name: bool = False


def apply_all(form: BaseForm, error: CultivateError, names: Mapping[str, str] | None = None) -> Hints:
    """Put every problem on its field; returns what can be offered with one click."""
    problems: Sequence[CultivateError] = error.problems if isinstance(error, InvalidFirm) else [error]
    for problem in problems:
        apply_error(form, problem, dict(names or {}))
    return Hints(
        suggestion=_first(problems, "suggestion"),
        known_id=_first(problems, "firm_id"),
        same_name=any(problem.problem == "name-known" for problem in problems),
    )


def _first(problems: Sequence[CultivateError], key: str) -> Any:
    return next((problem.params[key] for problem in problems if problem.params.get(key)), None)
