"""In which line of a TOML text a thing stands: ``tomllib`` does not say.

A pack's texts keep to a simple form (a key at the start of its line, one inline table a line), so a scan of
headers, keys and the elements of lists finds every line that matters. A thing it does not find is given the line
of what it stands in.
"""

import re
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*([A-Za-z0-9_-]+|"[^"]*")\s*=\s*(.*)$""")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')


def index(text: str, data: dict[str, Any]) -> dict[Path, int]:
    """Lines by path; an element of a list goes by its ``id`` where it has one, else by its position."""
    return {_named(path, data): line for path, line in _scan(text)}


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _named(path: Path, data: Any) -> Path:
    """Positions replaced by ids."""
    named: list[str | int] = []
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            data = None
        code = data.get("id") if isinstance(step, int) and isinstance(data, dict) else None
        named.append(code if isinstance(code, str) else step)
    return tuple(named)


def _scan(text: str) -> Iterator[tuple[Path, int]]:
    """Paths by position, with their lines."""
    counts: dict[Path, int] = {}
    table: Path = ()
    open_list: tuple[Path, int] | None = None
    quoted = False
    for number, line in enumerate(text.splitlines(), 1):
        if quoted or line.count('"""') % 2:
            quoted ^= line.count('"""') % 2 == 1
            if not quoted or not (found := _KEY.match(line)):
                continue
            yield (*table, _bare(found[1])), number
            continue
        if open_list is not None:
            path, position = open_list
            bare = _STRING.sub('""', line).split("#", 1)[0].strip()
            if bare.startswith("{"):
                yield from _inline((*path, position), line, number)
                position += 1
            open_list = None if bare.startswith("]") or bare.endswith(("}]", '"]')) else (path, position)
        elif header := _HEADER.match(line):
            table = _table(header[2], is_list=header[1] == "[[", counts=counts)
            yield table, number
        elif key := _KEY.match(line):
            path = (*table, _bare(key[1]))
            yield path, number
            rest = _STRING.sub('""', key[2]).split("#", 1)[0].strip()
            if rest.startswith("{"):
                yield from _inline(path, key[2], number)
            elif rest.startswith("[") and rest.count("[") > rest.count("]"):
                open_list = path, 0


def _inline(path: Path, text: str, number: int) -> Iterator[tuple[Path, int]]:
    yield path, number
    for found in re.finditer(r"([A-Za-z0-9_-]+)\s*=", _STRING.sub('""', text)):
        yield (*path, found[1]), number


def _table(header: str, *, is_list: bool, counts: dict[Path, int]) -> Path:
    """The path a header opens: lists on the way stand at their newest element."""
    path: Path = ()
    steps = [_bare(step.strip()) for step in header.split(".")]
    for last, step in ((position == len(steps) - 1, step) for position, step in enumerate(steps)):
        path = (*path, step)
        if last and is_list:
            counts[path] = counts.get(path, -1) + 1
            return (*path, counts[path])
        if path in counts:
            path = (*path, counts[path])
    return path


def _bare(key: str) -> str:
    return key.strip('"')
