"""What the buttons and sentences of an import say; each kind does something else."""

from collections.abc import Callable
from dataclasses import dataclass

from cultivate.i18n import _, _n
from cultivate.queries.imports import BatchRow
from cultivate.services.imports.options import (
    CANCELLATIONS,
    FIGURES,
    FIRMS,
    LISTS,
    PROPERTIES,
    RELOCATIONS,
    RENAMES,
)


@dataclass(frozen=True, slots=True)
class KindWords:
    """``commit``: the button; ``done``: what was done; ``undo``: what taking it back does."""

    commit: str
    done: str
    undo: str


def _firms(good: int, booked: int) -> KindWords:
    return KindWords(
        _n("Import the %(num)s good row", "Import the %(num)s good rows", good),
        " · ".join(
            (
                _n("%(num)s firm written", "%(num)s firms written", good),
                _n("%(num)s candidacy opened", "%(num)s candidacies opened", booked),
            )
        ),
        _(
            "New firms leave the register, changed ones get their former values back, "
            "candidacies are taken back by counter-moves."
        ),
    )


def _certificates(good: int, booked: int) -> KindWords:
    return KindWords(
        _n("Record the certificate of %(num)s firm", "Record the certificates of %(num)s firms", good),
        _n("%(num)s new certificate recorded", "%(num)s new certificates recorded", booked),
        _("The certificates of this list become void and every firm stands again where it stood."),
    )


def _renames(good: int, booked: int) -> KindWords:
    return KindWords(
        _n("Rename %(num)s firm", "Rename %(num)s firms", good),
        _n("%(num)s firm renamed", "%(num)s firms renamed", booked),
        _("Every firm gets its former name back."),
    )


def _cancellations(good: int, booked: int) -> KindWords:
    return KindWords(
        _n("Revoke %(num)s certificate", "Revoke %(num)s certificates", good),
        _n("%(num)s certificate revoked", "%(num)s certificates revoked", booked),
        _("The certificates count again, as if they had not been revoked."),
    )


def _relocations(good: int, booked: int) -> KindWords:
    return KindWords(
        _n("Record %(num)s relocation", "Record %(num)s relocations", good),
        _n("%(num)s relocation recorded", "%(num)s relocations recorded", booked),
        _(
            "Who left stands again where it stood, who came leaves the register, changed streets are changed back."
        ),
    )


def _figures(good: int, _booked: int) -> KindWords:
    return KindWords(
        _n("Take over the figures of %(num)s row", "Take over the figures of %(num)s rows", good),
        _n("Figures of %(num)s row taken over", "Figures of %(num)s rows taken over", good),
        _("The figures of before stand again, with where they came from."),
    )


def _properties(good: int, _booked: int) -> KindWords:
    return KindWords(
        _n("Take over %(num)s right", "Take over %(num)s rights", good),
        _n("%(num)s right taken over", "%(num)s rights taken over", good),
        _("New rights leave the lists of their firms, changed ones get their former values back."),
    )


_WORDS: dict[str, Callable[[int, int], KindWords]] = {
    FIRMS: _firms,
    FIGURES: _figures,
    PROPERTIES: _properties,
    LISTS: _certificates,
    RENAMES: _renames,
    CANCELLATIONS: _cancellations,
    RELOCATIONS: _relocations,
}


def kind_words(batch: BatchRow, good: int) -> KindWords:
    """In the reader's language; a kind without words of its own is spoken of as rows and firms."""
    return _WORDS.get(batch.kind, _firms)(good, batch.counts.get("booked", 0))
