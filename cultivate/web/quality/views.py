"""``/quality``: the board, the firms behind each of its figures, and taking them up."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cultivate import clock, packs
from cultivate.domain.permissions import Act
from cultivate.domain.quality import GROUPS, RULES
from cultivate.domain.stages import OPEN_STAGES
from cultivate.errors import Conflict, CultivateError, NotFound
from cultivate.i18n import _, _n, say
from cultivate.queries import places, units
from cultivate.queries import quality as queries
from cultivate.queries.quality import QualityFilter
from cultivate.services import quality
from cultivate.web.access import needs
from cultivate.web.forms import apply_error
from cultivate.web.numbers import numbers_of, whole
from cultivate.web.pipeline.question import page_number
from cultivate.web.quality import blueprint
from cultivate.web.quality.forms import TakeUpForm
from cultivate.web.quality.words import rule_words
from cultivate.web.request import actor, db


@blueprint.get("/quality")
@needs(Act.VIEW)
def index() -> str:
    """What costs the promise most, first."""
    scope = actor().scope
    unit = places.get_place(db(), scope, request.args.get("unit", ""))
    return render_template(
        "quality/index.html",
        board=queries.board(db(), scope, clock.today(), unit),
        words=rule_words,
        groups=GROUPS,
        unit=unit,
        units=places.shown(units.list_units(db()), scope),
    )


def _asked(rule: str) -> QualityFilter:
    queries.get_rule(rule)
    track, stage = request.args.get("track"), request.args.get("stage")
    return QualityFilter(
        rule=rule,
        track=track if track in packs.tracks() else None,
        stage=stage if stage in OPEN_STAGES else None,
        unit=places.get_place(db(), actor().scope, request.args.get("unit", "")),
        owner_id=actor().user_id if request.args.get("owner") == "me" else None,
    )


def _page(rule: str, form: TakeUpForm | None = None, refusal: str | None = None) -> str:
    wanted = _asked(rule)
    return render_template(
        "quality/rule.html",
        page=queries.list_faulty(db(), actor().scope, wanted, clock.today(), page_number()),
        wanted=wanted,
        rule=RULES[rule],
        words=rule_words,
        units=units.by_id(db()),
        form=form or TakeUpForm(formdata=None).offer(),
        refusal=refusal,
    )


@blueprint.get("/quality/<rule>")
@needs(Act.VIEW)
def firms(rule: str) -> str:
    """The firms with the fault; filters in the address are those of the figure that led here."""
    return _page(rule)


@blueprint.post("/quality/<rule>")
@needs(Act.ASSIGN)
def take_up(rule: str) -> Response | tuple[str, int]:
    """Name who mends the fault of the firms that are ticked."""
    form = TakeUpForm().offer()
    chosen = numbers_of(request.form.getlist("firm"))
    if form.validate() and form.due_on.data is not None:
        try:
            count = quality.take_up(db(), actor(), rule, chosen, form.owner.data, form.due_on.data)
        except NotFound:
            raise
        except CultivateError as error:
            apply_error(form, error, {"firms": "owner"})
        else:
            flash(_n("%(num)s firm given out", "%(num)s firms given out", count), "good")
            return redirect(request.full_path.removesuffix("?"))
    return _page(rule, form), 422


@blueprint.post("/quality/tasks/<int:task_id>/give-up")
@needs(Act.ASSIGN)
def give_up(task_id: int) -> Any:
    """The fault stays, with a reason."""
    rule = request.form.get("rule", "")
    back = (
        redirect(url_for("quality.firms", rule=rule))
        if rule in RULES
        else redirect(url_for("work.show", _anchor="quality"))
    )
    try:
        quality.give_up(
            db(), actor(), task_id, request.form.get("version", 0, type=whole), request.form.get("reason", "")
        )
    except (Conflict, NotFound):
        raise
    except CultivateError as error:
        flash(say(error), "error")
        return back
    flash(_("Noted; the fault is not given out again for a year."), "good")
    return back
