"""Which registered firm a line of a list speaks of.

The code is the key. Without one, only an equal normalised name, present or former, is a match. Near names are
hints for a person and never decide anything: similar names of different firms are common, and so are
successors under a new code.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from cultivate.domain import firm_names

Kind = Literal["number", "code", "name", "former", "near", "none", "ambiguous", "conflict"]

TO_DECIDE: frozenset[Kind] = frozenset({"near", "ambiguous", "conflict"})
"""Kinds that go to a person."""

_MATCHED: frozenset[Kind] = frozenset({"number", "code", "name", "former"})

# The law makes the trade name, two or three characters at the head of the core, what tells firms
# apart: another character there is another firm unless it sounds the same. Further back it is more
# likely a slip.
_TRADE_NAME = 3
_SHORTEST_FOR_SLIP = 4


@dataclass(frozen=True)
class KnownFirm:
    """A registered firm as the matcher needs it. Give ``code`` normalised, or ``None``."""

    firm_id: int
    name: str
    code: str | None = None
    former_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """``firm_ids`` has one firm for code, name and former, and all possible ones for the kinds to decide."""

    kind: Kind
    firm_ids: tuple[int, ...] = ()

    @property
    def firm_id(self) -> int | None:
        """The firm, where the match is certain."""
        return self.firm_ids[0] if self.kind in _MATCHED else None

    @property
    def to_decide(self) -> bool:
        """Whether a person has to say."""
        return self.kind in TO_DECIDE


class NameIndex:
    """Firms by code and by name. What near names need is built when the first one is asked for."""

    def __init__(self, firms: Iterable[KnownFirm]) -> None:
        """Take every firm that a line may be matched to; later ``add`` more."""
        self._codes: dict[str, int] = {}
        self._code_of: dict[int, str | None] = {}
        self._current: dict[str, list[int]] = {}
        self._former: dict[str, list[int]] = {}
        self._near: _NearNames | None = None
        for firm in firms:
            self.add(firm)

    def add(self, firm: KnownFirm) -> None:
        """Take in one more firm, as an import does with each row that it creates."""
        self._code_of[firm.firm_id] = firm.code
        if firm.code:
            self._codes[firm.code] = firm.firm_id
        self._current.setdefault(firm_names.normalise(firm.name), []).append(firm.firm_id)
        for former in firm.former_names:
            self._former.setdefault(firm_names.normalise(former), []).append(firm.firm_id)
        if self._near is not None:
            self._near.add(firm.firm_id, (firm.name, *firm.former_names))

    def by_code(self, code: str) -> int | None:
        """The firm with this normalised code."""
        return self._codes.get(code)

    def code_of(self, firm_id: int) -> str | None:
        """The code of a firm of this index."""
        return self._code_of.get(firm_id)

    def by_name(self, name: str) -> tuple[int, ...]:
        """Firms that bear exactly this normalised name now."""
        return tuple(self._current.get(firm_names.normalise(name), ()))

    def by_former_name(self, name: str) -> tuple[int, ...]:
        """Firms that bore exactly this normalised name once."""
        return tuple(dict.fromkeys(self._former.get(firm_names.normalise(name), ())))

    def near(self, name: str, limit: int = 5) -> list[tuple[int, float]]:
        """Firms with a name that a slip of the pen would turn into this one, the most similar (100) first.

        A name is near if both share the core (place and company form set aside) or the stem (科技,
        技术 and the like set aside as well), sound alike, or differ by one character behind the trade
        name or by one that is missing. The ratio only orders them.
        """
        if self._near is None:
            self._near = self._build_near()
        return self._near.find(name)[:limit]

    def _build_near(self) -> "_NearNames":
        near = _NearNames()
        for names in (self._current, self._former):
            for name, firm_ids in names.items():
                for firm_id in firm_ids:
                    near.add(firm_id, (name,))
        return near


class _NearNames:
    """Look-up tables for near names, so that a stranger is found to be one without comparing all pairs."""

    def __init__(self) -> None:
        self._names: dict[Hashable, set[tuple[int, str]]] = defaultdict(set)
        self._by_head: dict[str, dict[str, set[tuple[int, str]]]] = defaultdict(lambda: defaultdict(set))

    def add(self, firm_id: int, names: Iterable[str]) -> None:
        for name in names:
            entry = (firm_id, firm_names.normalise(name))
            core = firm_names.core(name)
            for key in self._keys(name, core):
                self._names[key].add(entry)
            for shorter in _without_one(core):
                self._names["lost", shorter].add(entry)
            self._by_head[core[:_TRADE_NAME]][core].add(entry)

    def find(self, name: str) -> list[tuple[int, float]]:
        full, core = firm_names.normalise(name), firm_names.core(name)
        if not full:
            return []
        entries: set[tuple[int, str]] = set()
        for key in (*self._keys(name, core), ("lost", core), *_without_one(core)):
            entries |= self._names.get(key, set())
        for other, bearers in self._by_head.get(core[:_TRADE_NAME], {}).items():
            if _is_slip(core, other):
                entries |= bearers
        scores: dict[int, float] = {}
        for firm_id, other_name in entries:
            scores[firm_id] = max(scores.get(firm_id, 0.0), fuzz.ratio(full, other_name))
        return sorted(scores.items(), key=lambda found: (-found[1], found[0]))

    @staticmethod
    def _keys(name: str, core: str) -> tuple[Hashable, ...]:
        return core, ("stem", firm_names.stem(name)), ("sounds", firm_names.sounds(core))


def match_list_row(code: str | None, name: str | None, index: NameIndex) -> Match:
    """Match one line; ``code`` is normalised and proven, or ``None``.

    A known code decides, unless the name is exactly another firm's. A name whose firm has a different code is
    a conflict, as with a successor. A line that has a code is not near to firms that have another.
    """
    owner = index.by_code(code) if code else None
    if owner is not None:
        return _match_owner(owner, name, index)
    current = index.by_name(name) if name else ()
    former = index.by_former_name(name) if name else ()
    named = tuple(dict.fromkeys((*current, *former)))
    if named:
        return _match_named(code, named, index, kind="name" if current else "former")
    near = (
        tuple(firm_id for firm_id, _ in index.near(name) if _codes_agree(code, firm_id, index))
        if name
        else ()
    )
    return Match("near", near) if near else Match("none")


def match_notice(holders: Sequence[int], code: str | None, names: Sequence[str], index: NameIndex) -> Match:
    """Match a line about a certificate that was issued before; ``holders`` have one of its number.

    The number decides, unless the code or the first name is exactly another firm's. Then the names in turn: of
    a rename the old one, and the new one only where it is exact (the register has learned of it already).
    """
    if len(holders) > 1:
        return Match("ambiguous", tuple(holders))
    if holders:
        others = {index.by_code(code) if code else None, *index.by_name(names[0] if names else "")}
        others -= {None, holders[0]}
        if others and holders[0] not in index.by_name(names[0] if names else ""):
            return Match("conflict", (holders[0], *sorted(other for other in others if other is not None)))
        return Match("number", (holders[0],))
    first = match_list_row(code, names[0] if names else None, index)
    if first.firm_id is not None or first.kind in {"ambiguous", "conflict"}:
        return first
    for name in names[1:]:
        later = match_list_row(code, name, index)
        if later.firm_id is not None:
            return later
    return first


def _match_owner(owner: int, name: str | None, index: NameIndex) -> Match:
    bearers = index.by_name(name) if name else ()
    if bearers and owner not in bearers:
        return Match("conflict", (owner, *bearers))
    return Match("code", (owner,))


def _match_named(code: str | None, named: tuple[int, ...], index: NameIndex, *, kind: Kind) -> Match:
    agreeing = tuple(firm_id for firm_id in named if _codes_agree(code, firm_id, index))
    if not agreeing:
        return Match("conflict", named)
    return Match(kind, agreeing) if len(agreeing) == 1 else Match("ambiguous", agreeing)


def _codes_agree(code: str | None, firm_id: int, index: NameIndex) -> bool:
    return code is None or index.code_of(firm_id) is None


def _without_one(core: str) -> list[str]:
    """The core with one character of its trade name left out; slips further back keep the head."""
    if len(core) <= _SHORTEST_FOR_SLIP:
        return []
    return [core[:place] + core[place + 1 :] for place in range(_TRADE_NAME)]


def _is_slip(core: str, other: str) -> bool:
    """Whether two cores with the same head differ by one character behind it."""
    shorter = min(len(core), len(other))
    return shorter >= _SHORTEST_FOR_SLIP and Levenshtein.distance(core, other, score_cutoff=1) <= 1
