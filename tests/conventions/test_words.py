"""Codes that pages show have words: an act in the trail, a job of the schedule."""

import ast
from pathlib import Path

from cultivate.domain.schedule import SCHEDULE
from cultivate.services.bulk import KINDS
from cultivate.web.admin import trail_words
from cultivate.web.admin.job_board import LABELS

SERVICES = Path(__file__).parents[2] / "cultivate" / "services"


def notes() -> list[ast.Call]:
    """Every call that adds to the trail."""
    return [
        node
        for path in SERVICES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.note"
    ]


def test_every_act_of_the_trail_has_words() -> None:
    said = [
        [node.value for node in call.args[2:4] if isinstance(node, ast.Constant)]
        for call in notes()
        if all(isinstance(node, ast.Constant) for node in call.args[2:4])
    ]
    assert len(said) > 60
    assert {verb for verb, _ in said if verb.replace("_", "-") not in trail_words.VERBS} == set()
    assert {subject for _, subject in said if subject not in trail_words.SUBJECTS} == set()
    assert {kind for kind in KINDS if kind.replace("_", "-") not in trail_words.VERBS} == set()


def test_every_job_has_words() -> None:
    assert set(LABELS) == set(SCHEDULE)
