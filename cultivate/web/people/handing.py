"""Handing over: which part, to whom, looked at with its counts, then done with a reason.

What is asked stands in the address; only the reason and the mark of what was looked at are sent.
"""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate import clock, packs
from cultivate.domain.permissions import Act, Role
from cultivate.domain.stages import STAGES
from cultivate.errors import Conflict, CultivateError, Invalid, NotFound
from cultivate.i18n import _n, say
from cultivate.models import User
from cultivate.queries import people, places, units, users
from cultivate.queries.handovers import Part
from cultivate.queries.people import Person
from cultivate.services import handovers
from cultivate.services.handovers import Plan
from cultivate.web.access import needs
from cultivate.web.forms import apply_error
from cultivate.web.people import blueprint
from cultivate.web.people.forms import HandoverForm
from cultivate.web.request import actor, db

MOST_RECEIVERS = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says."""

    part: Part
    to_ids: list[int]


def asked() -> Asked:
    """Track, stage and place that do not exist are left out, as in every list."""
    args = request.args
    track, stage = args.get("track", ""), args.get("stage", "")
    to = [text for text in args.getlist("to") if text.isascii() and text.isdecimal() and len(text) < 10]
    return Asked(
        Part(
            track=track if track in packs.tracks() else "",
            stage=stage if stage in STAGES else "",
            unit=places.get_place(db(), actor().scope, args.get("unit", "")),
            adrift=args.get("adrift") == "1",
        ),
        list(dict.fromkeys(int(text) for text in to))[:MOST_RECEIVERS],
    )


@blueprint.get("/people/<int:user_id>/handover")
@needs(Act.ASSIGN)
def new_handover(user_id: int) -> str:
    """Ask, and once people are chosen show what would go to whom."""
    return _page(user_id, asked(), HandoverForm(formdata=None))


@blueprint.post("/people/<int:user_id>/handover")
@needs(Act.ASSIGN)
def make_handover(user_id: int) -> Any:
    """Do what was looked at; what has changed since is looked at again first."""
    form, wanted, status = HandoverForm(), asked(), 422
    if form.validate():
        try:
            handover_id, done = handovers.hand_over(
                db(), actor(), user_id, wanted.part, wanted.to_ids, form.reason.data or "", form.mark.data
            )
        except NotFound:
            raise
        except Conflict as error:
            form.form_errors.append(say(error))
            status = 409
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_n("%(num)s handed over.", "%(num)s handed over.", len(done.lines)), "good")
            return redirect(url_for("people.handover", handover_id=handover_id))
    return _page(user_id, wanted, form), status


def _page(user_id: int, wanted: Asked, form: HandoverForm) -> str:
    scope = actor().scope
    known = units.list_units(db())
    plan, problem = _plan(user_id, wanted)
    if plan is not None:
        form.mark.data, form.mark.raw_data = plan.mark, None
    loads = people.list_loads(db(), scope, clock.today())
    found = {load.person.id: load for load in loads.people if load.person is not None}
    person = people.get_person(db(), scope, user_id)
    return render_template(
        "people/new_handover.html",
        person=person,
        wanted=wanted,
        plan=plan,
        problem=problem,
        form=form,
        loads=found,
        workers=_workers(person),
        offered=places.shown(known, scope),
        units={unit.id: unit for unit in known},
    )


def _workers(giver: Person) -> list[User]:
    """Who can take over: those of the giver's own streets and parks first, then the bureau, then the others."""
    others = [user for user in users.list_workers(db(), actor().scope) if user.id != giver.id]

    def rank(user: User) -> int:
        if {unit.id for unit in user.units} & set(giver.units):
            return 0
        return 1 if user.role != Role.CASEWORKER else 2

    return sorted(others, key=rank)


def _plan(user_id: int, wanted: Asked) -> tuple[Plan | None, str]:
    """What would be done, or why not; nothing before people are chosen."""
    if not wanted.to_ids:
        return None, ""
    try:
        return handovers.plan(db(), actor(), user_id, wanted.part, wanted.to_ids), ""
    except Invalid as error:
        return None, say(error)
