"""``/firms/<id>/facts``: what a person states of a firm, out of which document, and what was said before."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate import packs
from cultivate.domain.permissions import Act
from cultivate.domain.policy.assess import asked
from cultivate.domain.policy.facts import FACTS
from cultivate.domain.stated_facts import is_flag, may_be_stated
from cultivate.errors import N_, Invalid
from cultivate.i18n import _, language, say
from cultivate.packs.policies import policy
from cultivate.queries import firms as firm_queries
from cultivate.queries import readiness
from cultivate.queries import stated_facts as queries
from cultivate.queries.stated_facts import FactRow
from cultivate.services import stated_facts
from cultivate.web.access import needs
from cultivate.web.firms import blueprint
from cultivate.web.request import actor, db

ANSWERS = {"yes": True, "no": False, "": None}


@dataclass(frozen=True, slots=True)
class StatedField:
    """One fact on the form."""

    path: str
    label: str
    flag: bool
    most: int | None = None
    hint: str = ""


@blueprint.get("/firms/<int:firm_id>/facts")
@needs(Act.VIEW)
def stated(firm_id: int) -> Any:
    """What is stated, and the history; who may edit gets the form."""
    return _page(firm_id)


@blueprint.post("/firms/<int:firm_id>/facts")
@needs(Act.EDIT_FIRM)
def state(firm_id: int) -> Any:
    """Keep what differs."""
    try:
        said = {each.path: _answer(each, request.form.get(each.path, "")) for each in _fields()}
        changed = stated_facts.state(db(), actor(), firm_id, said, source=request.form.get("source", ""))
    except Invalid as error:
        return _page(firm_id, error), 422
    flash(_("Saved.") if changed else _("Nothing was changed."), "good")
    return redirect(url_for("firms.stated", firm_id=firm_id))


def _page(firm_id: int, error: Invalid | None = None) -> str:
    firm = firm_queries.get_firm(db(), actor().scope, firm_id)
    history = queries.of_firm(db(), firm_id, history=True)
    current = {row.fact: row for row in history if row.replaced_at is None}
    fields = _fields()
    labels = {each.path: each.label for each in fields}
    return render_template(
        "firms/facts.html",
        firm=firm,
        facts=[each for each in fields if not each.path.startswith("expert.")],
        points=[each for each in fields if each.path.startswith("expert.")],
        current=current,
        texts={
            each.path: request.form.get(each.path, "") if error else words(current.get(each.path))
            for each in fields
        },
        history=[row for row in history if row.fact in labels],
        labels=labels,
        words=words,
        problem=(error.field, say(error)) if error else None,
    )


def _fields() -> list[StatedField]:
    """What the packs of all tracks ask for and nothing else of the register holds."""
    found: dict[str, StatedField] = {}
    for track in packs.tracks():
        name = readiness.policy_of(track)
        if name is None:
            continue
        pack = policy(name)
        for each in asked(pack):
            if may_be_stated(each.fact):
                fact = FACTS[each.fact]
                label = _(fact.label)
                label = label[:1].upper() + label[1:]  # inside sentences it begins small
                found.setdefault(each.fact, StatedField(each.fact, label, is_flag(each.fact), hint=fact.unit))
        for item in pack.score.items if pack.score else ():
            if item.kind == "expert" or item.judged:
                path = f"expert.{item.code}"
                hint = item.evidence.say(language()) if item.evidence else ""
                found.setdefault(
                    path, StatedField(path, item.title.say(language()), flag=False, most=item.max, hint=hint)
                )
    return list(found.values())


def _answer(field: StatedField, text: str) -> Any:
    text = text.strip()
    if field.flag:
        return ANSWERS.get(text, text)
    if not text:
        return None
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else text
    if field.most is not None and isinstance(value, int) and value > field.most:
        raise Invalid(
            N_("“%(name)s” has %(max)s points at most."),
            field=field.path,
            code="fact-invalid",
            name=field.label,
            max=field.most,
        )
    return value


def words(row: FactRow | None) -> str:
    """A value as the form says it."""
    if row is None:
        return ""
    if isinstance(row.value, bool):
        return "yes" if row.value else "no"
    return str(row.value)
