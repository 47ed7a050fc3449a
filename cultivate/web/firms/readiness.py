"""``/firms/<id>/readiness/<track>``: the whole gap, what-if, next year, scenarios, and assessments that were kept."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate import clock, packs
from cultivate.domain.permissions import Act
from cultivate.domain.policy.facts import read_facts
from cultivate.domain.policy.outlook import NextYear, WhatIf, next_year, what_if
from cultivate.errors import N_, Invalid, NotFound
from cultivate.i18n import _, language, say
from cultivate.packs.policy_words import RESULTS
from cultivate.packs.policy_words import say as say_message
from cultivate.queries import assessments as queries
from cultivate.queries import firms as firm_queries
from cultivate.queries import readiness
from cultivate.queries.firms import FirmDetail
from cultivate.queries.readiness import Readiness
from cultivate.services import assessments
from cultivate.web.access import needs
from cultivate.web.firms import blueprint, gap, trial
from cultivate.web.firms.trial import Trial
from cultivate.web.request import actor, db


@blueprint.get("/firms/<int:firm_id>/readiness/<track>")
@needs(Act.VIEW)
def show_readiness(firm_id: int, track: str) -> Any:
    """The card with everything that was typed over what is known; reading only, so that an address keeps it."""
    return _page(firm_id, track)


@blueprint.post("/firms/<int:firm_id>/readiness/<track>")
@needs(Act.EDIT_FIRM)
def keep_scenario(firm_id: int, track: str) -> Any:
    """Keep what was changed under a name."""
    firm, ready = _ready(firm_id, track, _day(request.form.get("on")))
    form = _trial(ready, request.form)
    try:
        said = trial.changes(form)
        what_if(ready.applied.pack, ready.known.raw, said)
        assessments.keep_scenario(
            db(),
            actor(),
            firm.id,
            track,
            name=request.form.get("name", ""),
            applied_on=ready.found.applied_on or clock.today(),
            changes=said,
        )
    except Invalid as error:
        return _page(firm_id, track, typed=request.form, error=error), 422
    flash(_("The scenario is kept."), "good")
    return redirect(_here(firm_id, track, _anchor="scenarios"))


@blueprint.post("/scenarios/<int:scenario_id>/remove")
@needs(Act.EDIT_FIRM)
def remove_scenario(scenario_id: int) -> Any:
    """Throw it away."""
    row = queries.get_scenario(db(), actor().scope, scenario_id)
    assessments.remove_scenario(db(), actor(), scenario_id)
    flash(_("The scenario “%(name)s” is gone.", name=row.name), "good")
    return redirect(_here(row.firm_id, row.track))


@blueprint.post("/firms/<int:firm_id>/assessments/<track>")
@needs(Act.EDIT_FIRM)
def keep_assessment(firm_id: int, track: str) -> Any:
    """Keep today's answer."""
    if track not in packs.tracks():
        raise NotFound
    _id, new = assessments.assess_firm(db(), actor(), firm_id, track)
    flash(
        _("The assessment is kept.") if new else _("Nothing has changed since the last assessment."), "good"
    )
    return redirect(_here(firm_id, track, _anchor="kept"))


@blueprint.get("/assessments/<int:assessment_id>")
@needs(Act.VIEW)
def assessment(assessment_id: int) -> Any:
    """One that was kept, formed again from the facts that it saw."""
    row = queries.get_assessment(db(), actor().scope, assessment_id)
    firm = firm_queries.get_firm(db(), actor().scope, row.firm_id)
    again = queries.reproduce(db(), row)
    now = readiness.of_firm(db(), firm.id, row.track, row.applied_on)
    if now is None:
        raise NotFound
    return render_template(
        "firms/assessment.html",
        firm=firm,
        row=row,
        again=again,
        card=gap.card(actor(), now, again.found),
        results=RESULTS,
        words=WORDS,
        words_of=gap.WORDS,
    )


#: why an assessment was kept
WORDS = {
    "asked": N_("Asked for"),
    "proposed": N_("When it was proposed"),
    "recommended": N_("When it was recommended"),
}


def _page(firm_id: int, track: str, typed: Any = None, error: Invalid | None = None) -> str:
    typed = request.args if typed is None else typed
    firm, ready = _ready(firm_id, track, _day(typed.get("on")))
    form = _trial(ready, typed)
    tried: WhatIf | None = None
    problem = error
    try:
        tried = what_if(ready.applied.pack, ready.known.raw, trial.changes(form))
    except Invalid as refused:
        problem = problem or refused
    after = tried.after if tried else ready.found
    scope = actor().scope
    kept = queries.compared(queries.list_of_firm(db(), scope, firm_id, track))
    return render_template(
        "firms/_trial_result.html" if "HX-Request" in request.headers else "firms/readiness.html",
        firm=firm,
        track=track,
        form=form,
        on=after.applied_on,
        card=gap.card(actor(), ready, after, tried.turned if tried else ()),
        before=gap.card(actor(), ready),
        turned=_turned(tried),
        problem=say(problem) if problem else None,
        coming=_coming(ready, tried),
        scenarios=[
            (row, _here(firm_id, track, on=row.applied_on.isoformat(), **trial.as_query(row.changes)))
            for row in queries.list_scenarios(db(), scope, firm_id, track)
        ],
        kept=kept,
        titles=queries.condition_titles(ready.applied.pack, language()),
        results=RESULTS,
        words=WORDS,
        words_of=gap.WORDS,
        say_message=say_message,
    )


def _turned(tried: WhatIf | None) -> list[tuple[str, str, str]]:
    """Title, answer before, answer after."""
    if tried is None:
        return []
    return [
        (
            tried.after.condition(code).title.say(language()),
            tried.before.condition(code).result,
            tried.after.condition(code).result,
        )
        for code in tried.turned
    ]


def _coming(ready: Readiness, tried: WhatIf | None) -> NextYear | None:
    """Next year's filing, by the facts as they were changed; only where closed years count at all."""
    if not any(condition.measure.years for condition in ready.applied.pack.conditions):
        return None
    return next_year(ready.applied.pack, read_facts(tried.facts if tried else ready.known.raw))


def _ready(firm_id: int, track: str, on: date) -> tuple[FirmDetail, Readiness]:
    if track not in packs.tracks():
        raise NotFound
    firm = firm_queries.get_firm(db(), actor().scope, firm_id)
    ready = readiness.of_firm(db(), firm_id, track, on)
    if ready is None:
        raise NotFound
    return firm, ready


def _trial(ready: Readiness, typed: Any) -> Trial:
    on = ready.found.applied_on or clock.today()
    return trial.build(ready.applied.pack, ready.known.raw, typed, on)


def _day(text: str | None) -> date:
    """The day of the filing that is thought of; today where none, or none that is near, is named."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return clock.today()
    return day if abs(day.year - clock.today().year) <= 3 else clock.today()


def _here(firm_id: int, track: str, **more: Any) -> str:
    return url_for("firms.show_readiness", firm_id=firm_id, track=track, **more)
