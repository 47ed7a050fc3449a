"""What is doubtful about the facts of an assessment: it is used all the same, and said."""

from collections.abc import Iterator
from dataclasses import dataclass

from cultivate.domain.policy.facts import CALIBRES, Facts
from cultivate.domain.policy.judged import Judged
from cultivate.domain.policy.measures import Ref
from cultivate.domain.policy.messages import Label, Message
from cultivate.domain.policy.pack import Pack
from cultivate.domain.policy.scoring import Total, expert_names
from cultivate.errors import N_


@dataclass(frozen=True, slots=True)
class Warned:
    """A code for programs, the fact it is about, and words."""

    code: str
    field: str
    message: Message


def warnings(pack: Pack, facts: Facts, judged: tuple[Judged, ...], total: Total | None) -> tuple[Warned, ...]:
    """All of them, each once, in a fixed order."""
    used = {ref for row in judged for ref in row.used}
    used |= {ref for row in total.items for ref in row.used} if total else set()
    refs = sorted(used, key=str) if facts.calibres else []
    found = [
        *_days(pack, facts),
        *_before_registration(facts, {ref.year for ref in used}),
        *_calibres(pack, facts, refs),
        *_more_than_whole(judged),
        *_experts(pack, facts, total),
        *(
            Warned(
                "fact-unknown", name, Message(N_("“%(name)s” is no fact that is known here."), {"name": name})
            )
            for name in facts.strange
        ),
    ]
    return tuple(found)


def _days(pack: Pack, facts: Facts) -> Iterator[Warned]:
    applied, founded = facts.applied_on, facts.day("established_on")
    if applied is None:
        return
    if founded is not None and founded > applied:
        yield Warned(
            "registered-later",
            "established_on",
            Message(N_("The firm is registered after the day of the application.")),
        )
    if applied < pack.since or (pack.until is not None and applied > pack.until):
        yield Warned(
            "pack-not-in-force",
            "applied_on",
            Message(N_("These rules are not in force on the day of the application.")),
        )


def _before_registration(facts: Facts, used: set[int | None]) -> Iterator[Warned]:
    """Figures of years in which the firm did not exist: of its predecessor, or a wrong day."""
    founded = facts.day("established_on")
    if founded is None:
        return
    early = sorted(year for year, row in facts.years.items() if year < founded.year and row)
    for year in early:
        msgid = (
            N_("%(year)s is used, though the firm was registered in %(founded)s.")
            if year in used
            else N_("%(year)s is left out: the firm was registered in %(founded)s.")
        )
        yield Warned(
            "before-registration",
            f"years.{year}",
            Message(msgid, {"year": year, "founded": founded.year}),
        )


def _calibres(pack: Pack, facts: Facts, refs: list[Ref]) -> Iterator[Warned]:
    for ref in refs:
        calibre = facts.calibres.get((ref.year, ref.fact)) if ref.year is not None else None
        wanted = pack.calibres.get(ref.fact)
        if calibre is None or not wanted or calibre in wanted:
            continue
        params = {
            "fact": ref.say(),
            "calibre": Label(CALIBRES[calibre]),
            "wanted": tuple(Label(CALIBRES[each]) for each in wanted),
        }
        says = Message(
            N_("%(fact)s is in the calibre “%(calibre)s”; here it should be in: %(wanted)s."), params
        )
        yield Warned("calibre", str(ref), says)


def _more_than_whole(judged: tuple[Judged, ...]) -> Iterator[Warned]:
    for row in judged:
        if row.share and row.value is not None and row.value > 1 and row.operator in {">=", ">"}:
            says = Message(
                N_("%(title)s: the part is more than the whole. Check both."), {"title": row.title}
            )
            yield Warned("more-than-whole", str(row.used[0]) if row.used else row.code, says)


def _experts(pack: Pack, facts: Facts, total: Total | None) -> Iterator[Warned]:
    known = expert_names(pack.score)
    for name in sorted(set(facts.expert) - known) if pack.score else ():
        says = Message(N_("“%(name)s” is no score item of this pack."), {"name": name})
        yield Warned("expert-unknown", f"expert.{name}", says)
    for row in total.items if total else ():
        if row.allowed:
            params = {"title": row.title, "low": row.allowed[0], "high": row.allowed[1], "given": row.low}
            says = Message(
                N_("%(title)s: %(given)s points were given, the facts allow %(low)s to %(high)s."), params
            )
            yield Warned("expert-outside", f"expert.{row.code}", says)
