"""Names of firms: what counts as the same name, and what of a name tells one firm from another.

``normalise`` decides equality. ``core`` and ``stem`` only serve hints: nothing is ever keyed on them.
"""

import os
import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache

_BRACKETS = str.maketrans("〔〕【】[]{}〈〉《》", "()()()()()()")
_PLACES = r"(?:中国|浙江省|浙江|杭州市|杭州|拱墅区|拱墅)"
_PLACE_PREFIX = re.compile(rf"^{_PLACES}+")
_PLACE_IN_BRACKETS = re.compile(rf"\({_PLACES}+\)")
# A branch (…分公司) is a body of its own and keeps its whole name.
_FORM = re.compile(
    r"(?:\(?(?:控股|集团|股份)\)?)*(?:有限责任|有限)?(?<![分子])公司$|\((?:有限|普通|特殊普通)合伙\)$|合伙企业(?:\((?:有限|普通)合伙\))?$"
)
# Words that say almost nothing and are swapped for one another when a name is written from memory.
_GENERAL = re.compile(r"(?:科技|技术|发展|实业|产业|服务)+$")
_SHORTEST = 2
_LONGEST = 200
# Where a character read alone gets the wrong sound, in words that are common in names of firms.
_PHRASES = {
    "重庆": ("chong", "qing"),
    "朝晖": ("zhao", "hui"),
    "音乐": ("yin", "yue"),
    "厦门": ("xia", "men"),
}
_PHRASE = re.compile("|".join(_PHRASES))
_SINGLE = {"长": "chang", "行": "hang"}
#: characters of names that people read in a second way as well
_OTHERWISE = {
    "长": "zhang",
    "行": "xing",
    "重": "chong",
    "乐": "yue",
    "朝": "zhao",
    "厦": "xia",
    "单": "shan",
    "曾": "zeng",
    "晟": "sheng",
    "茜": "xi",
    "柏": "bo",
    "参": "shen",
}


def normalise(name: str) -> str:
    """The form in which two names are compared: width, brackets and case folded, every blank taken out."""
    return _remembered(name) if len(name) <= _LONGEST else _normalised(name)


def _normalised(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).upper().translate(_BRACKETS)
    if folded.isprintable():  # then the only blank is a space, and nothing is invisible
        return folded.replace(" ", "")
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"})


_remembered = lru_cache(maxsize=16_384)(_normalised)
"""Rules, matching and writing ask for the same names again and again; what is no name is not kept."""


def core(name: str) -> str:
    """The normalised name without place and company form.

    杭州云创科技股份有限公司 and 云创科技（杭州）有限公司 share one.
    """
    return core_of_key(normalise(name))


def core_of_key(full: str) -> str:
    """``core`` of a name that is normalised already: half the time, where there are many."""
    without_place = _PLACE_PREFIX.sub("", _PLACE_IN_BRACKETS.sub("", full))
    bare = _FORM.sub("", without_place)
    return bare if len(bare) >= _SHORTEST else full


def stem(name: str) -> str:
    """The core without the general words at its end: 云创科技 and 云创技术 share one."""
    return stem_of_core(core(name))


def stem_of_core(whole: str) -> str:
    """``stem`` of what ``core`` left."""
    bare = _GENERAL.sub("", whole)
    return bare if len(bare) >= _SHORTEST else whole


def pinyin(name: str) -> str:
    """The sounds run together, Latin letters and digits kept: 杭州云创 → ``hangzhouyunchuang``."""
    return "".join(sounds(name))


def initials(name: str) -> str:
    """First letters of the sounds, Latin letters and digits kept whole: 杭州云创 → ``hzyc``."""
    return "".join(
        sound if character.isascii() else sound[:1] for character, sound in _spoken(normalise(name))
    )


def other_reading(name: str) -> list[str]:
    """Sounds and their first letters where characters have a second reading; nothing where none has."""
    if _OTHERWISE.keys().isdisjoint(name):
        return []
    spoken = [(character, _OTHERWISE.get(character, sound)) for character, sound in _spoken(normalise(name))]
    short = "".join(sound if character.isascii() else sound[:1] for character, sound in spoken)
    return ["".join(sound for _, sound in spoken), short]


def sounds(name: str) -> tuple[str, ...]:
    """The sound of each character, without tones: a name typed by sound may hold another character."""
    return tuple(sound for _, sound in _spoken(normalise(name)))


@lru_cache(maxsize=64)
def _spoken(text: str) -> tuple[tuple[str, str], ...]:
    """Characters with their sounds; brackets and other signs have none and fall out.

    A name is asked for its sounds, their first letters and its other reading, one after the other.
    """
    spoken = [(character, _sound(character)) for character in text]
    for match in _PHRASE.finditer(text):
        spoken[slice(*match.span())] = zip(match[0], _PHRASES[match[0]], strict=True)
    return tuple((character, sound) for character, sound in spoken if sound)


@cache
def _sound(character: str) -> str:
    """One character's most usual sound, remembered: names repeat characters and pypinyin is slow."""
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    if character in _SINGLE:
        return _SINGLE[character]
    sound = _reader()(character, errors="ignore")
    return sound[0] if sound else ""


@cache
def _reader() -> Callable[..., list[str]]:
    """pypinyin, for those who need it, without its words of several characters.

    Characters are asked one at a time, so those words are never looked up: 45 MB in every process for nothing.
    """
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import lazy_pinyin

    return lazy_pinyin
