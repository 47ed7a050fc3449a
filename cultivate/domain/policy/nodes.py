"""A table of a pack's file while it is read: typed values out, problems with their lines collected."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cultivate.domain.policy import lines
from cultivate.domain.policy.lines import Path
from cultivate.domain.policy.messages import Text
from cultivate.errors import N_, Invalid


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in which line of which file."""

    file: str
    line: int
    msgid: str
    params: dict[str, Any]

    def __str__(self) -> str:
        """``file:line: what``, for logs."""
        return f"{self.file}:{self.line}: {self.msgid % self.params if self.params else self.msgid}"


class PackInvalid(Invalid):
    """A pack that is incomplete, overlapping or contradictory; all its problems, in the order of the lines."""

    code = "pack-invalid"

    def __init__(self, problems: Iterable[Problem]) -> None:
        """The first gives the message."""
        different = {(each.file, each.line, str(each)): each for each in problems}
        self.problems = [different[key] for key in sorted(different)]
        first = self.problems[0]
        super().__init__(
            N_("%(file)s, line %(line)s: the pack cannot be used. See its problems."),
            field="text",
            file=first.file,
            line=first.line,
        )

    def __str__(self) -> str:
        """All of them, one a line."""
        return "\n".join(map(str, self.problems))


@dataclass(slots=True)
class Places:
    """Lines of one text, or of a local version and the shipped pack that it lies over."""

    file: str
    lines: dict[Path, int]
    base: "Places | None" = None

    def of(self, path: Path) -> tuple[str, int]:
        """File and line: where the local version says it, else where the shipped pack does."""
        if self.base is not None and path not in self.lines:
            if path in self.base.lines and not any(path[:size] in self.lines for size in range(2, len(path))):
                return self.base.of(path)
            if len(path) > 1 and path[:2] not in self.lines:
                return self.base.of(path)
        return self.file, lines.line_of(self.lines, path)


@dataclass(slots=True)
class Node:
    """A table, where it stands, and the problems found so far in the whole file."""

    data: dict[str, Any]
    path: Path
    places: Places
    problems: list[Problem]
    asked: set[str] = field(default_factory=set)

    def wrong(self, msgid: str, key: str | None = None, **params: Any) -> None:
        """Note a problem at a key of this table."""
        file, line = self.places.of((*self.path, key) if key else self.path)
        self.problems.append(Problem(file, line, msgid, params))

    def take(self, key: str, kind: type | tuple[type, ...], *, required: bool = True) -> Any:
        """A value of a type; ``None`` (and a problem where it is required) otherwise."""
        self.asked.add(key)
        value = self.data.get(key)
        if value is None:
            if required:
                self.missing(key)
            return None
        if isinstance(value, bool) and kind is not bool:
            self.wrong(N_("“%(name)s” has a value of the wrong kind."), key, name=key)
            return None
        if not isinstance(value, kind):
            self.wrong(N_("“%(name)s” has a value of the wrong kind."), key, name=key)
            return None
        return value

    def missing(self, key: str) -> None:
        """Say that something must be there."""
        self.wrong(N_("“%(name)s” is missing."), key, name=key)

    def text(self, key: str, *, required: bool = True) -> str:
        """Words; empty counts as missing."""
        value = self.take(key, str, required=required)
        if required and value is not None and not value.strip():
            self.missing(key)
        return value or ""

    def pair(self, key: str, *, required: bool = True) -> Text | None:
        """``key_zh`` and ``key_en``; one without the other is incomplete."""
        zh, en = self.text(f"{key}_zh", required=required), self.text(f"{key}_en", required=required)
        if bool(zh) != bool(en) and not required:
            self.missing(f"{key}_en" if zh else f"{key}_zh")
        return Text(zh, en) if required or zh or en else None

    def words(self, key: str) -> Text:
        """A pair that must be there."""
        return self.pair(key) or Text("", "")

    def number(self, key: str, *, required: bool = True) -> Fraction | None:
        """An exact number."""
        value = self.take(key, (int, Decimal), required=required)
        if isinstance(value, Decimal) and not value.is_finite():
            self.wrong(N_("“%(name)s” has a value of the wrong kind."), key, name=key)
            return None
        return None if value is None else Fraction(value)

    def whole(self, key: str, *, required: bool = True, default: int = 0) -> int:
        """A whole number, not negative."""
        value = self.take(key, int, required=required)
        if value is not None and value < 0:
            self.wrong(N_("“%(name)s” cannot be negative."), key, name=key)
        return default if value is None else value

    def day(self, key: str, *, required: bool = True) -> date | None:
        """A day."""
        value: date | None = self.take(key, date, required=required)
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Yes or no."""
        value = self.take(key, bool, required=False)
        return default if value is None else bool(value)

    def choice(self, key: str, known: Iterable[str], *, required: bool = True) -> str:
        """One of some words."""
        value = self.text(key, required=required)
        if value and value not in (allowed := list(known)):
            self.wrong(
                N_("“%(name)s” is “%(value)s”; it is one of %(known)s."),
                key,
                name=key,
                value=value,
                known=", ".join(allowed),
            )
        return value

    def names(self, key: str) -> tuple[str, ...]:
        """A list of words, none of them empty; none where it is not there."""
        value = self.take(key, list, required=False) or []
        if not all(isinstance(each, str) and each.strip() for each in value):
            self.wrong(N_("“%(name)s” has a value of the wrong kind."), key, name=key)
            return ()
        return tuple(value)

    def table(self, key: str, *, required: bool = True) -> "Node | None":
        """A table inside this one."""
        value = self.take(key, dict, required=required)
        return None if value is None else Node(value, (*self.path, key), self.places, self.problems)

    def tables(self, key: str, *, required: bool = False) -> "list[Node]":
        """A list of tables, each with its own ``id``."""
        value = self.take(key, list, required=required) or []
        found: list[Node] = []
        seen: set[str] = set()
        for position, row in enumerate(value):
            if not isinstance(row, dict):
                self.wrong(N_("“%(name)s” has a value of the wrong kind."), key, name=key)
                continue
            # an id that is no text has no place of its own; who reads it complains of it
            code = row["id"] if isinstance(row.get("id"), str) else None
            step = code if code is not None else position
            node = Node(row, (*self.path, key, step), self.places, self.problems)
            if code in seen:
                node.wrong(N_("The id “%(id)s” is there twice."), "id", id=code)
            seen.add(code or "")
            found.append(node)
        return found

    def done(self) -> None:
        """Complain of keys that nobody asked for: a misspelt key must not be lost in silence."""
        for key in self.data:
            if key not in self.asked:
                self.wrong(N_("“%(name)s” is not known here."), key, name=key)
