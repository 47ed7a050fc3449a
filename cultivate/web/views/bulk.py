"""One act on many rows: the form that asks what is missing, and the act."""

import uuid
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from wtforms.fields import SelectChoice

from cultivate import packs
from cultivate.domain import list_query
from cultivate.domain.permissions import Act
from cultivate.domain.stages import LABELS, Exit, Stage
from cultivate.errors import N_, CultivateError, Invalid, NotFound
from cultivate.i18n import _, language
from cultivate.queries import tags, users
from cultivate.queries.picked import Item, Picked, items_of, items_shown
from cultivate.services import bulk
from cultivate.services.bulk import MOST, BulkAct, Sent
from cultivate.web.access import needs
from cultivate.web.firms import labels
from cultivate.web.forms import apply_error
from cultivate.web.lists.frame import address_of
from cultivate.web.lists.picked import area_asked, picked
from cultivate.web.request import actor, db
from cultivate.web.views import blueprint
from cultivate.web.views.forms import ActForm, BulkAssign, BulkMove, BulkOpen, BulkTag

FORMS: dict[str, type[ActForm]] = {
    "move": BulkMove,
    "assign": BulkAssign,
    "tag": BulkTag,
    "open": BulkOpen,
}
TITLES = {
    "move": N_("Move on"),
    "assign": N_("Assign"),
    "tag": N_("Tag"),
    "open": N_("Open a track"),
}
PROPOSE = "propose:"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which act, from which list, on which rows."""

    kind: str
    area: str
    rows: list[Picked]

    @property
    def track(self) -> str:
        """The list's own track; none in the register."""
        return self.area.partition("/")[2]

    @property
    def back(self) -> str:
        """The list as it was asked for."""
        return address_of(self.area, list_query.canonical(request.args.items(multi=True)))

    def items(self, track: str) -> list[Item]:
        """What the act is done to: firms for tags and opening, else a candidacy of each."""
        if self.kind in {"tag", "open"}:
            return [Item(firm_id) for firm_id in dict.fromkeys(row.firm_id for row in self.rows)]
        if self.track:
            return items_shown(self.rows)
        return items_of(db(), actor().scope, self.rows, track)


def _asked(kind: str) -> Asked:
    if kind not in FORMS:
        raise NotFound
    area = area_asked()
    return Asked(kind, area, picked(area))


def _form(asked: Asked) -> ActForm:
    form = FORMS[asked.kind]()
    if asked.track or asked.kind == "tag":
        del form.track
    else:
        form.track.choices = [
            SelectChoice(code, track.short(language())) for code, track in packs.tracks().items()
        ]
        if not form.is_submitted():
            form.track.data = request.args.get("track") or None
    if isinstance(form, BulkMove):
        form.to.choices = _ways()
        if not actor().may(Act.OVERRIDE):
            del form.override_reason
    if isinstance(form, BulkAssign):
        form.user.choices = [
            SelectChoice("", _("Choose")),
            *(
                SelectChoice(str(user.id), user.display_name)
                for user in users.list_workers(db(), actor().scope)
            ),
        ]
    if not form.is_submitted():
        form.key.data = uuid.uuid4().hex
    return form


def _ways() -> list[SelectChoice]:
    """Moves that the role may make, and what it may only propose."""
    exits = (Exit.WITHDRAWN, Exit.MOVED_OUT, Exit.CLOSED)
    if actor().may(Act.DECIDE):
        return [
            SelectChoice(
                Stage.SERVE, _("%(stage)s (take on, or back from “Recommend”)", stage=_(LABELS[Stage.SERVE]))
            ),
            SelectChoice(Stage.RECOMMEND, _(labels.MOVES[Stage.RECOMMEND])),
            *(SelectChoice(each, _(labels.MOVES[each])) for each in exits),
        ]
    return [
        SelectChoice(Stage.SERVE, _(labels.MOVES[Stage.SERVE])),
        *(SelectChoice(PROPOSE + each, _(labels.PROPOSALS[each])) for each in (Stage.RECOMMEND, *exits)),
    ]


def _page(asked: Asked, form: ActForm) -> str:
    return render_template(
        "views/bulk.html",
        form=form,
        asked=asked,
        title=_(TITLES[asked.kind]),
        count=len({row.firm_id for row in asked.rows}) if asked.kind in {"tag", "open"} else len(asked.rows),
        too_many=len(asked.rows) > MOST,
        back=asked.back,
        tags=tags.list_tags(db(), actor().scope) if asked.kind == "tag" else [],
    )


@blueprint.get("/bulk/<kind>")
@needs(Act.EDIT_FIRM)
def ask(kind: str) -> Any:
    """What is missing for the act."""
    asked = _asked(kind)
    return _page(asked, _form(asked))


@blueprint.post("/bulk/<kind>")
@needs(Act.EDIT_FIRM)
def act(kind: str) -> Any:
    """Do it, once a form; what was done and what was refused is read on the page after it."""
    asked = _asked(kind)
    form = _form(asked)
    if form.validate():
        track = asked.track or (form.track.data if "track" in form else "")
        sent = Sent(form.key.data or "", request.full_path, asked.back)
        try:
            bulk.perform(db(), actor(), sent, _act(kind, form, track), lambda: asked.items(track))
        except CultivateError as error:
            _refuse(form, error)
        else:
            return redirect(url_for("views.done", key=sent.key))
    return _page(asked, form), 422


def _refuse(form: ActForm, error: CultivateError) -> None:
    """On its field. A form that was sent already with other rows or words gets a new key, and is sent again."""
    if error.problem == "idempotency-key-reused":
        form.key.data, form.key.raw_data = uuid.uuid4().hex, None
        form.form_errors.append(_("This form was sent before. Check what it says now and send it again."))
    elif isinstance(error, NotFound):
        raise error
    else:
        apply_error(form, error, {"rows": ""})


def _act(kind: str, form: ActForm, track: str) -> BulkAct:
    if isinstance(form, BulkMove):
        return _move(form, track)
    if isinstance(form, BulkAssign):
        return BulkAct(kind=kind, user_id=int(form.user.data), track=track)
    if isinstance(form, BulkTag):
        return BulkAct(kind=form.kind.data, tag=form.tag.data or "")
    if isinstance(form, BulkOpen):
        return BulkAct(
            kind=kind, track=track, effective_on=form.effective_on.data, reason=form.reason.data or ""
        )
    raise NotFound


def _move(form: BulkMove, track: str) -> BulkAct:
    to, reason = str(form.to.data), form.reason.data or ""
    proposed = to.startswith(PROPOSE)
    if not reason and (proposed or to in tuple(Exit)):
        raise Invalid(N_("A reason is needed."), field="reason", code="reason-missing")
    return BulkAct(
        kind="propose" if proposed else "move",
        to=to.removeprefix(PROPOSE),
        effective_on=form.effective_on.data,
        reason=reason,
        override_reason=form.override_reason.data if "override_reason" in form else None,
        track=track,
    )
