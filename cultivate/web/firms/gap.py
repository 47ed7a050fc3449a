"""The gap card of a track: may the firm apply, what is missing (the unmet first), and where each is mended."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from flask import url_for

from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.policy.assess import Assessment
from cultivate.domain.policy.facts import FACTS
from cultivate.domain.policy.judged import MET, NOT_MET, UNKNOWN, Judged
from cultivate.domain.policy.messages import Message
from cultivate.domain.policy.pack import Pack, Source
from cultivate.domain.policy.scoring import Total
from cultivate.domain.stated_facts import may_be_stated
from cultivate.i18n import _, _n, language
from cultivate.packs.policy_words import need_words, say, say_certainty, short_words, value_words
from cultivate.queries.readiness import Readiness
from cultivate.web.firms.steps import Link

RIGHTS = frozenset({"class1_ip", "class2_ip", "ip_self_developed"})
#: where "short by 100 days: time since registration" says no more than "short by 100 days"
BARE_UNITS = frozenset({"天", "分"})
#: how the template puts the engine's sentences into words
WORDS = {"say": say, "certainty": say_certainty}


@dataclass(frozen=True, slots=True)
class Line:
    """One condition in one line."""

    code: str
    title: str
    result: str
    value: str
    need: str
    short: str
    message: str
    source: Source
    mend: Link | None
    turned: bool


@dataclass(frozen=True, slots=True)
class Card:
    """What a track's card shows."""

    track: str
    firm_id: int
    applied_on: date | None
    pack: Pack
    verdict: str
    says: str
    more: str
    """What is open beside that."""
    failed: tuple[Line, ...]
    unknown: tuple[Line, ...]
    met: tuple[Line, ...]
    score: Total | None
    warnings: tuple[str, ...]
    local: tuple[str, ...]
    """Titles of local versions that lie over the pack."""

    @property
    def lines(self) -> tuple[Line, ...]:
        """All, what is not met first, then what is not known."""
        return (*self.failed, *self.unknown, *self.met)


def card(
    actor: Actor, ready: Readiness, found: Assessment | None = None, turned: Collection[str] = ()
) -> Card:
    """The card of what was found, or of what would be found (``found``, with what ``turned``)."""
    shown = found or ready.found
    firm_id = ready.known.firm_id
    lines = [_line(actor, firm_id, shown, row, row.code in turned) for row in shown.conditions]
    failed, unknown, met = (
        tuple(line for line in lines if line.result == result) for result in (NOT_MET, UNKNOWN, MET)
    )
    says, more = _verdict(shown, len(failed))
    return Card(
        track=ready.track,
        firm_id=firm_id,
        applied_on=shown.applied_on,
        pack=shown.pack,
        verdict=shown.verdict,
        says=says,
        more=more,
        failed=failed,
        unknown=unknown,
        met=met,
        score=shown.score,
        warnings=(*(say(row.message) for row in shown.warnings), *_used_up(ready.known.used_up, shown)),
        local=tuple(version.title(language()) for version in ready.applied.versions),
    )


def _verdict(found: Assessment, failed: int) -> tuple[str, str]:
    """In words, and what is open beside it."""
    missing = len({ref for row in found.conditions if row.result == UNKNOWN for ref in row.missing})
    judged = sum(row.result == UNKNOWN and not row.missing for row in found.conditions)
    says = []
    if failed:
        says.append(_n("%(num)s condition short", "%(num)s conditions short", failed))
    if missing:
        says.append(_n("%(num)s figure or fact is missing", "%(num)s figures or facts are missing", missing))
    if judged:
        says.append(
            _n(
                "%(num)s condition is for a person to judge",
                "%(num)s conditions are for a person to judge",
                judged,
            )
        )
    return (says[0], _(", ").join(says[1:])) if says else (_("Can apply"), "")


def _used_up(count: int, found: Assessment) -> list[str]:
    if not count or not any(ref.fact == "class2_ip" for row in found.conditions for ref in row.used):
        return []
    return [
        _n(
            "%(num)s right of class Ⅱ was used for an earlier recognition and does not count again.",
            "%(num)s rights of class Ⅱ were used for an earlier recognition and do not count again.",
            count,
        )
    ]


def _line(actor: Actor, firm_id: int, found: Assessment, row: Judged, turned: bool) -> Line:  # noqa: FBT001 a mark, not a switch
    return Line(
        code=row.code,
        title=row.title.say(language()),
        result=row.result,
        value=value_words(row) if row.value is not None else "",
        need=need_words(row) if row.threshold is not None and not isinstance(row.threshold, bool) else "",
        short=_short(found, row),
        message=say(row.message),
        source=row.source,
        mend=None if row.result == MET else mend(actor, firm_id, row),
        turned=turned,
    )


def _short(found: Assessment, row: Judged) -> str:
    """Short by 34 万元 of R&D spending; for what is not known, what is missing."""
    if row.result == UNKNOWN:
        if row.missing:
            return _("not known: %(facts)s", facts=_named(row))
        if found.score and row.unit == "分" and row.value is None:
            return _("%(low)s–%(high)s points: experts decide", low=found.score.low, high=found.score.high)
        return say(row.message)
    if row.shortfall is None:
        return say(row.message) if row.result == NOT_MET else ""
    condition = found.pack.condition(row.code)
    if row.unit in BARE_UNITS or condition is None or condition.what is None:
        return _("short by %(amount)s", amount=short_words(row))
    return _("short by %(amount)s: %(what)s", amount=short_words(row), what=condition.what.say(language()))


def _named(row: Judged) -> str:
    """Facts, with their years together: R&D spending 2023, 2024."""
    years: dict[str, list[str]] = {}
    for ref in row.missing:
        years.setdefault(ref.fact, []).extend([str(ref.year)] if ref.year else [])
    words = []
    for fact, said in years.items():
        label = say(Message(FACTS[fact].label))
        words.append(_("%(fact)s of %(year)s", fact=label, year=_(", ").join(said)) if said else label)
    return _(", ").join(words)


def mend(actor: Actor, firm_id: int, row: Judged) -> Link | None:
    """Where that is mended; nothing for who may not, or where only time helps."""
    refs = row.missing or row.used
    if not actor.may(Act.EDIT_FIRM) or (row.mend in {"time", "never"} and not row.missing):
        return None
    if not refs:
        return Link(_("Enter the points"), url_for("firms.stated", firm_id=firm_id, _anchor="points"))
    ref = refs[-1]  # the latest year
    if ref.year is not None:
        href = url_for("firms.edit_figures", firm_id=firm_id, year=ref.year)
        return Link(_("Enter figures of %(year)s", year=ref.year), href)
    if ref.fact in RIGHTS:
        return Link(_("List the rights"), url_for("firms.show", firm_id=firm_id, _anchor="properties"))
    if may_be_stated(ref.fact):
        return Link(_("State it"), url_for("firms.stated", firm_id=firm_id, _anchor=ref.fact))
    return Link(_("Edit the firm"), url_for("firms.edit", firm_id=firm_id, _anchor=ref.fact))
