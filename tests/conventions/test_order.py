"""Every query of the read side that returns rows says in which order."""

import ast
from pathlib import Path

import cultivate.queries


def test_lists_are_ordered() -> None:
    """A function named ``list_…`` orders what it selects, somewhere in its own text or in what it calls."""
    wrong = []
    for path in sorted(Path(cultivate.queries.__file__).parent.glob("*.py")):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("list_"):
                text = ast.get_source_segment(source, node) or ""
                if "select(" in text and "order_by(" not in text:
                    wrong.append(f"{path.name}:{node.name}")
    assert wrong == []
