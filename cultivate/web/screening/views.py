"""``/screening``: the four figures, the list behind each, and looking at everybody anew."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from cultivate import clock
from cultivate.domain.permissions import Act
from cultivate.domain.policy.readiness import CLASSES, FAR
from cultivate.errors import N_, CultivateError
from cultivate.extensions import database
from cultivate.i18n import _, _n, say
from cultivate.packs.gap_words import gap_words
from cultivate.packs.policies import track_policy
from cultivate.queries import places, policies, units, working
from cultivate.queries import screening as rows
from cultivate.queries.screening import SORTS, Asked
from cultivate.queries.working import Working
from cultivate.services import screening
from cultivate.web.access import needs
from cultivate.web.imports.working import in_words
from cultivate.web.pipeline.question import page_number
from cultivate.web.request import actor, db
from cultivate.web.screening import blueprint
from cultivate.web.screening.question import asked as question
from cultivate.web.screening.question import years_offered

SORT_WORDS = {
    "close": N_("Cheapest to close first"),
    "growth": N_("Growing fastest first"),
    "rd": N_("Highest R&D share first"),
    "class1": N_("Most class Ⅰ rights first"),
    "name": N_("By name"),
}
OCCASIONS = {
    screening.NIGHTLY: N_("every night"),
    screening.ASKED: N_("asked for"),
    screening.PACK: N_("after a change of the rules"),
}


@blueprint.get("/screening")
@needs(Act.VIEW)
def show() -> str:
    """Firms by how near they are to filing; the list's length is the figure that led to it."""
    scope, asked = actor().scope, question()
    base = policies.in_year(db(), track_policy(asked.track), asked.year, clock.today())
    last = rows.last_run(db(), asked.track, asked.year)
    changed = rows.last_change(db(), asked.track, asked.year) if last else None
    day = rows.filing_day(base, asked.year, clock.today())
    known_units = units.by_id(db())
    return render_template(
        "screening/show.html",
        asked=asked,
        years=years_offered(asked.track),
        counts=rows.counts(db(), scope, asked),
        confirmed=rows.count_confirmed(db(), scope, asked),
        streets=rows.by_street(db(), scope, asked),
        page=rows.list_firms(db(), scope, asked, page_number()),
        classes=CLASSES,
        tiles=[code for code in CLASSES if code != FAR],
        sorts={code: SORT_WORDS[code] for code in SORTS},
        units=known_units,
        places=places.shown(list(known_units.values()), scope),
        base=base,
        day=day,
        window=base.window(asked.year),
        last=last,
        occasions=OCCASIONS,
        outdated=last is not None and last.digest != screening.rules_digest(db(), base, day),
        changed=changed,
        changes=rows.changes_of(db(), scope, changed.id) if changed else [],
        going=_going(asked),
        going_words=in_words,
        gap_words=gap_words,
        key=screening.key_of(asked.track, asked.year),
    )


def _going(asked: Asked) -> Working | None:
    return working.find_working(db(), actor(), screening.key_of(asked.track, asked.year))


@blueprint.get("/screening/working")
@needs(Act.VIEW)
def show_working() -> Any:
    """How far the run is, as the page asks every few seconds; when it is over the page is loaded anew."""
    asked = question()
    going = _going(asked)
    if going is None:
        return "", 204, {"HX-Refresh": "true"}
    return render_template("screening/_working.html", asked=asked, going=going, going_words=in_words)


@blueprint.post("/screening/run")
@needs(Act.SCREEN)
def run() -> Any:
    """Look at everybody anew: who has not changed is passed over."""
    asked = question()
    db().rollback()  # the portions are transactions of their own, and SQLite has one writer
    try:
        done = screening.run(database().unit_of_work, actor(), asked.track, asked.year)
    except CultivateError as error:
        flash(say(error), "error")
    else:
        flash(
            " ".join(
                [
                    _n("%(num)s firm looked at,", "%(num)s firms looked at,", done.firms),
                    _n("%(num)s had changed.", "%(num)s had changed.", done.assessed),
                    _("%(gained)s nearer, %(lost)s further off.", gained=done.gained, lost=done.lost),
                ]
            ),
            "good",
        )
    return redirect(
        url_for(
            "screening.show", track=asked.track, year=asked.year, unit=asked.unit.code if asked.unit else None
        )
    )
