"""Keeping assessments: the pack and the facts that were seen, the answer, who asked, when. None is ever edited."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.policy.judged import Judged
from cultivate.errors import N_, Invalid
from cultivate.i18n import _, language
from cultivate.models import Assessment, Scenario
from cultivate.packs.policy_words import short_words
from cultivate.queries import assessments, firms, readiness
from cultivate.queries.assessments import result_of
from cultivate.queries.readiness import Readiness
from cultivate.services import audit

ASKED, PROPOSED, RECOMMENDED = "asked", "proposed", "recommended"
LONGEST_NAME = 80
MOST_SCENARIOS = 30


def assess_firm(
    session: Session, actor: Actor, firm_id: int, track: str, applied_on: date | None = None
) -> tuple[int, bool]:
    """Assess a firm and keep the answer; its id, and whether it is new: the same question is kept once.

    ``NotFound`` outside the scope, ``Invalid`` for a track that no pack judges.
    """
    actor.require(Act.EDIT_FIRM)
    packs.track(track)
    firms.get_firm(session, actor.scope, firm_id)
    found = readiness.of_firm(session, firm_id, track, applied_on or clock.today())
    if found is None:
        raise Invalid(N_("There are no rules for this track."), field="track", code="policy-unknown")
    return keep(session, actor, found, ASKED)


def keep(session: Session, actor: Actor, ready: Readiness, occasion: str) -> tuple[int, bool]:
    """Keep an answer unless the last of that firm and track answered the same question.

    The caller has asked for permission and scope.
    """
    firm_id, found = ready.known.firm_id, ready.found
    last = session.execute(
        select(Assessment.id, Assessment.fingerprint)
        .where(Assessment.firm_id == firm_id, Assessment.track == ready.track)
        .order_by(Assessment.id.desc())
        .limit(1)
    ).first()
    if last is not None and last.fingerprint == found.fingerprint:
        return last.id, False
    row = Assessment(
        firm_id=firm_id,
        track=ready.track,
        applied_on=found.applied_on,
        policy=found.pack.name,
        digest=found.pack.digest,
        local_versions=[version.id for version in ready.applied.versions],
        fingerprint=found.fingerprint,
        facts=_plain(ready.known.raw),
        result=result_of(found),
        verdict=found.verdict,
        occasion=occasion,
        by_id=actor.user_id,
        made_at=clock.now(),
    )
    session.add(row)
    session.flush()
    audit.note(
        session, actor, "assess", "firm", firm_id, track=ready.track, verdict=found.verdict, assessment=row.id
    )
    return row.id, True


def failures(ready: Readiness | None) -> str:
    """Conditions that do not hold, in the reader's words, each with what is short; empty where all may hold."""
    return _("; ").join(_failure(row) for row in ready.failed) if ready else ""


def _failure(row: Judged) -> str:
    title = row.title.say(language())
    if row.shortfall is None:
        return title
    return _("%(title)s (short by %(amount)s)", title=title, amount=short_words(row))


def keep_scenario(
    session: Session,
    actor: Actor,
    firm_id: int,
    track: str,
    *,
    name: str,
    applied_on: date,
    changes: Mapping[str, Any],
) -> int:
    """Keep changed facts under a name; returns the id. The engine's reader has accepted the changes."""
    actor.require(Act.EDIT_FIRM)
    packs.track(track)
    firms.get_firm(session, actor.scope, firm_id)
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(
            N_("Give the scenario a name of at most %(longest)s characters."),
            field="name",
            code="name-missing",
            longest=LONGEST_NAME,
        )
    if not changes:
        raise Invalid(N_("Nothing is changed yet."), field="name", code="nothing-changed")
    if len(assessments.list_scenarios(session, actor.scope, firm_id, track)) >= MOST_SCENARIOS:
        raise Invalid(
            N_("There are %(most)s scenarios already; throw one away first."),
            field="name",
            code="too-many",
            most=MOST_SCENARIOS,
        )
    row = Scenario(
        firm_id=firm_id,
        track=track,
        name=name,
        applied_on=applied_on,
        changes=_plain(changes),
        by_id=actor.user_id,
        made_at=clock.now(),
    )
    session.add(row)
    session.flush()
    audit.note(session, actor, "keep_scenario", "firm", firm_id, track=track, name=name)
    return row.id


def remove_scenario(session: Session, actor: Actor, scenario_id: int) -> None:
    """Throw a scenario away: it was only an idea."""
    actor.require(Act.EDIT_FIRM)
    row = assessments.get_scenario(session, actor.scope, scenario_id)
    session.delete(session.get_one(Scenario, row.id))
    audit.note(session, actor, "remove_scenario", "firm", row.firm_id, track=row.track, name=row.name)
    session.flush()


def _plain(value: Any) -> Any:
    """Facts as JSON keeps them: the engine reads a number by its text, so that none is lost."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | Fraction):
        return int(value) if value == int(value) else float(value)
    return value
