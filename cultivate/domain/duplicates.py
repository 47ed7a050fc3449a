"""Which firms of the register may be one, how like they are, and what they probably are instead.

Only hints for a person: nothing is merged by them. The credit code tells firms apart, so two firms with codes
of their own are a pair only for a strong reason, and then they are more likely a successor, a branch or a
sister than one firm. A near name alone is never a reason: it needs the same phone or address beside it.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from itertools import combinations
from typing import Generic, NamedTuple, TypeVar

from rapidfuzz.distance import Levenshtein

from cultivate.domain import firm_names

T = TypeVar("T")

SAME, RENAMED, SUCCESSOR, BRANCH, AFFILIATE = "same", "renamed", "successor", "branch", "affiliate"
#: what a pair probably is, in the order in which a person would ask
HINTS = (SAME, RENAMED, SUCCESSOR, BRANCH, AFFILIATE)

#: reason -> likeness where at most one of the two has a code, and where each has its own; 0: no reason then
SCORES: dict[str, tuple[int, int]] = {
    "same-body": (95, 95),
    "same-name": (92, 80),
    "former-name": (86, 72),
    "same-core": (74, 0),
    "branch-name": (55, 55),
    "near-name": (0, 0),
}
_SUPPORT = {"same-phone": 8, "same-address": 6, "same-day": 5}
#: with the same phone or address
_SUPPORTED = {"same-core": (76, 58), "near-name": (66, 52)}
_OTHER_DAY = -12
_CERTAIN = 100
#: a key that more firms share says nothing of two of them: an agent's phone, a tower's address
MOST_SHARED = 400
#: of so many firms of one name or core each is compared only with the next ones
MOST_COMPARED = 30

_BRANCH_WORDS = r"(?:分公司|支公司|分店|分厂|分院|分所|分中心|办事处|营业部|经营部|门市部)"
_BRANCH = re.compile(
    rf"(.+?(?:公司|厂|中心|研究院|事务所|合作社))\(?[^()]{{0,20}}{_BRANCH_WORDS}\)?$"
    rf"|(.{{2,}}?)\([^()]{{1,20}}\){_BRANCH_WORDS}$"
)
_NUMERALS = str.maketrans("零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖", "00123456789123456789")
_NUMBERS = re.compile(r"\d+|[十百甲乙丙丁]")
_GROUP = re.compile(r"集团|控股")
_SHARES = re.compile(r"股份")
_ADDRESS_HEAD = re.compile(
    r"^(?:浙江省|浙江|杭州市|杭州|拱墅区|下城区|[\u4e00-\u9fff]{2,5}街道|[\u4e00-\u9fff]{2,5}社区)"
)
_SHORTEST_ADDRESS, _SHORTEST_PHONE = 5, 7
_TRADE_NAME, _SHORTEST_FOR_SLIP = 3, 4
_BODY = slice(8, 17)


class _Named:
    """What of a name is compared, worked out when it is asked for."""

    def __init__(self, name: str, *, normalised: bool = False) -> None:
        self.full = name if normalised else firm_names.normalise(name)

    @cached_property
    def core(self) -> str:
        """Without place and form; number words as digits, so that 三六零 and 360 are one."""
        return firm_names.core_of_key(self.full).translate(_NUMERALS)

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """一厂 and 二厂 are two firms, however alike the rest."""
        return tuple(_NUMBERS.findall(self.core))

    @cached_property
    def stem(self) -> str:
        return firm_names.stem_of_core(self.core)

    @cached_property
    def sounds(self) -> tuple[str, ...]:
        return firm_names.sounds(self.core)

    @cached_property
    def parent(self) -> str | None:
        """The core of the firm that a branch belongs to; ``None`` for a firm."""
        found = _BRANCH.match(self.full)
        return _Named(found[1] or found[2], normalised=True).core if found else None


@dataclass(frozen=True)
class FirmFacts:
    """A firm as it is compared. ``code`` is normalised."""

    id: int
    name: str
    former_names: tuple[str, ...] = ()
    code: str | None = None
    phone: str | None = None
    address: str | None = None
    established_on: date | None = None

    @cached_property
    def present(self) -> _Named:
        """The name it bears."""
        return _Named(self.name)

    @cached_property
    def former(self) -> tuple[_Named, ...]:
        """Names it bore."""
        return tuple(_Named(name) for name in self.former_names)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two firms are a pair, 0 to 100 how like they are, and what they probably are."""

    reasons: tuple[str, ...]
    likeness: int
    hint: str


def compare(one: FirmFacts, other: FirmFacts) -> Likeness | None:
    """What speaks for a pair; ``None`` where nothing strong enough does."""
    two_codes = one.code is not None and other.code is not None and one.code != other.code
    support = _support(one, other)
    reason = _reason(one, other)
    if reason is None:
        return None
    scores = _SUPPORTED.get(reason) if support & {"same-phone", "same-address"} else None
    score = (scores or SCORES[reason])[two_codes]
    if not score:
        return None
    for each in support:
        score += _SUPPORT[each]
    if one.established_on and other.established_on and one.established_on != other.established_on:
        score += _OTHER_DAY
    reasons = (reason, *sorted(support))
    return Likeness(reasons, max(1, min(_CERTAIN, score)), _hint(one, other, reason, two_codes=two_codes))


def digest(one: FirmFacts, other: FirmFacts) -> str:
    """Of codes and names: what a person decided holds until one of these changes."""
    first, second = sorted((one, other), key=lambda firm: firm.id)
    parts = [
        repr((firm.code or "", firm.present.full, sorted(name.full for name in firm.former)))
        for firm in (first, second)
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def phone_key(phone: str | None) -> str | None:
    """Digits alone, without the country; ``None`` where it is too short to tell anybody apart."""
    digits = "".join(c for c in unicodedata.normalize("NFKC", phone or "") if c.isdecimal())
    digits = digits.removeprefix("0086").removeprefix("86") if len(digits) > _SHORTEST_PHONE + 4 else digits
    return digits if len(digits) >= _SHORTEST_PHONE else None


def address_key(address: str | None) -> str | None:
    """Without blanks, place and street at its head; ``None`` where too little is left."""
    text = firm_names.normalise(address or "")
    while (bare := _ADDRESS_HEAD.sub("", text)) != text:
        text = bare
    return text if len(text) >= _SHORTEST_ADDRESS else None


def _support(one: FirmFacts, other: FirmFacts) -> set[str]:
    found = set()
    if (phone := phone_key(one.phone)) and phone == phone_key(other.phone):
        found.add("same-phone")
    if (address := address_key(one.address)) and address == address_key(other.address):
        found.add("same-address")
    if one.established_on and one.established_on == other.established_on:
        found.add("same-day")
    return found


def _reason(one: FirmFacts, other: FirmFacts) -> str | None:
    """The strongest reason for a pair."""
    if one.code and other.code and one.code != other.code and one.code[_BODY] == other.code[_BODY]:
        return "same-body"
    if one.present.full == other.present.full:
        return "same-name"
    if _shares_former(one, other):
        return "former-name"
    mine, yours = one.present.parent, other.present.parent
    if mine is not None and yours is not None:
        return None  # two branches are two branches
    if mine is not None or yours is not None:
        return "branch-name" if (mine or one.present.core) == (yours or other.present.core) else None
    return resemblance(one.present, other.present)


def _shares_former(one: FirmFacts, other: FirmFacts) -> bool:
    """Whether one bears, or bore, a name that the other bore."""
    mine, yours = {name.full for name in one.former}, {name.full for name in other.former}
    return one.present.full in yours or other.present.full in mine or bool(mine & yours)


def resemblance(one: _Named, other: _Named) -> str | None:
    """``same-core``, ``near-name`` or nothing; numbers must agree."""
    if one.numbers != other.numbers:
        return None
    if one.core == other.core:
        return "same-core"
    alike = one.stem == other.stem or one.sounds == other.sounds or _is_slip(one.core, other.core)
    return "near-name" if alike else None


def _is_slip(one: str, other: str) -> bool:
    """One character behind the trade name, or one that is missing anywhere."""
    if min(len(one), len(other)) < _SHORTEST_FOR_SLIP:
        return False
    if len(one) == len(other) and one[:_TRADE_NAME] != other[:_TRADE_NAME]:
        return False
    return bool(Levenshtein.distance(one, other, score_cutoff=1) <= 1)


_HINT_OF = {"branch-name": BRANCH, "same-body": SAME}
_HINT_ONE_CODE = {"former-name": RENAMED, "same-name": SAME}


def _hint(one: FirmFacts, other: FirmFacts, reason: str, *, two_codes: bool) -> str:
    if reason in _HINT_OF:
        return _HINT_OF[reason]
    if two_codes:
        return SUCCESSOR if reason in _HINT_ONE_CODE else AFFILIATE
    if reason in _HINT_ONE_CODE:
        return _HINT_ONE_CODE[reason]
    if bool(_GROUP.search(one.present.full)) != bool(_GROUP.search(other.present.full)):
        return AFFILIATE
    # a limited company turned into one with shares keeps its code
    turned = bool(_SHARES.search(one.present.full)) != bool(_SHARES.search(other.present.full))
    return RENAMED if turned else SAME


def _heads(core: str) -> set[tuple[str, str]]:
    """Pairs of the first three sounds: two names that are near share one, whichever character is missing."""
    sounds = [_sound(character) for character in core[:_TRADE_NAME]]
    return set(combinations(sounds, 2))


@cache
def _sound(character: str) -> str:
    return (firm_names.sounds(character) or (character,))[0]


class NearNames(Generic[T]):
    """A few names, asked by many others which of them are near: an import's rows against the register."""

    def __init__(self) -> None:
        """Begin with none."""
        self._by_key: dict[Hashable, list[tuple[_Named, T]]] = defaultdict(list)
        self._heads: set[tuple[str, str]] = set()

    def add(self, name: str, owner: T) -> None:
        """Take a name in."""
        named = _Named(name)
        self._heads.update(_heads(named.core))
        for key in _near_keys(named):
            self._by_key[key].append((named, owner))

    def near(self, name_key: str) -> list[T]:
        """Owners of names that are near this normalised one, and not the same; each once.

        Most names are told to be far by their first sounds alone, which is quick.
        """
        other = _Named(name_key, normalised=True)
        if self._heads.isdisjoint(_heads(other.core)):
            return []
        found: dict[int, T] = {}
        for key in _near_keys(other):
            for named, owner in self._by_key.get(key, ()):
                if id(owner) not in found and named.full != other.full and resemblance(named, other):
                    found[id(owner)] = owner
        return list(found.values())


class Candidate(NamedTuple):
    """Two ids, the lower first."""

    first: int
    second: int


class Blocks:
    """Finds the pairs worth comparing, so that a register is not compared each with each.

    ``add`` every firm once, then ask for ``candidates``. Kept per firm are a few hashes: names and cores (of
    former names too) and the keys of phone and address; the near names are worked out within groups that
    share a phone or an address, which are small.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._groups: dict[str, _Groups] = {kind: _Groups() for kind in ("name", "place")}

    def add(self, firm: FirmFacts) -> None:
        """Take a firm in."""
        names = (firm.present, *firm.former)
        exact: set[Hashable] = {name.full for name in names}
        exact.add(("core", firm.present.parent or firm.present.core))
        if firm.code:
            exact.add(("body", firm.code[_BODY]))
        for key in exact:
            self._groups["name"].add(key, firm.id)
        for place in (("phone", phone_key(firm.phone)), ("address", address_key(firm.address))):
            if place[1]:
                self._groups["place"].add(place, firm.id)

    def candidates(self) -> Iterator[Candidate]:
        """Pairs that share a name, a core or the body of a code; each once in a group."""
        for group in self._groups["name"].shared():
            members = sorted(set(group))
            for place, first in enumerate(members):
                reach = len(members) if len(members) <= MOST_COMPARED else place + MOST_COMPARED
                for second in members[place + 1 : reach]:
                    yield Candidate(first, second)

    def neighbours(self) -> Iterator[list[int]]:
        """Groups that share a phone or an address, whose names are to be compared by ``near_pairs``."""
        for group in self._groups["place"].shared():
            members = sorted(set(group))
            if 1 < len(members) <= MOST_SHARED:
                yield members


class _Groups:
    """Ids by hash of a key. A single id is kept bare: most keys have only one."""

    def __init__(self) -> None:
        self._first: dict[int, int] = {}
        self._more: dict[int, list[int]] = {}

    def add(self, key: Hashable, firm_id: int) -> None:
        hashed = hash(key)
        if hashed not in self._first:
            self._first[hashed] = firm_id
        else:
            self._more.setdefault(hashed, []).append(firm_id)

    def shared(self) -> Iterator[list[int]]:
        for hashed, others in self._more.items():
            yield [self._first[hashed], *others]


def near_pairs(firms: Iterable[FirmFacts]) -> Iterator[Candidate]:
    """Of neighbours, the pairs that share a near name's key."""
    found: dict[Hashable, list[int]] = defaultdict(list)
    for firm in firms:
        for key in _near_keys(firm.present):
            found[key].append(firm.id)
    seen: set[Candidate] = set()
    for members in found.values():
        for place, first in enumerate(members):
            for second in members[place + 1 :]:
                pair = Candidate(min(first, second), max(first, second))
                if first != second and pair not in seen:
                    seen.add(pair)
                    yield pair


def _near_keys(name: _Named) -> set[Hashable]:
    """Two names that are near share one of these; some that share one are not near."""
    core = name.core
    keys: set[Hashable] = {core, ("stem", name.stem), ("sounds", name.sounds)}
    if len(core) >= _SHORTEST_FOR_SLIP:
        keys |= {core[:place] + core[place + 1 :] for place in range(len(core))}
    return keys
