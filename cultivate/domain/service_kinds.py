"""Kinds of service, and of what firms ask for: data of ``packs``, checked here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

_CODE = re.compile(r"[a-z][a-z_]{0,23}", re.ASCII)
#: a pack must have it: what fits nowhere else is recorded all the same
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Kind:
    """A code with its words."""

    code: str
    zh: str
    en: str

    def name(self, language: str) -> str:
        """In words."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class ServiceKind(Kind):
    """A kind of service. ``many``: often done for many firms at once."""

    many: bool
    hint_zh: str
    hint_en: str

    def hint(self, language: str) -> str:
        """What is worth writing down."""
        return self.hint_en if language == "en" else self.hint_zh


AnyKind = TypeVar("AnyKind", bound=Kind)


def checked(kinds: Sequence[AnyKind], file: str) -> dict[str, AnyKind]:
    """The kinds by code; refuses a pack with a code twice, a word missing, or without ``other``."""
    found = {kind.code: kind for kind in kinds}
    silent = [kind.code for kind in kinds if not kind.zh.strip() or not kind.en.strip()]
    wrong = [kind.code for kind in kinds if not _CODE.fullmatch(kind.code)]
    if len(found) != len(kinds) or silent or wrong or OTHER not in found:
        message = f"{file}: each code once, short, with both languages, and “{OTHER}” among them"
        raise ValueError(message)
    return found
