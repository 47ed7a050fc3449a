"""What became of a bulk act: done, refused and why, where to mend it, how to take it back."""

from typing import Any

from flask import redirect, render_template, url_for

from cultivate import clock
from cultivate.domain.permissions import Act
from cultivate.errors import N_
from cultivate.i18n import _, _n
from cultivate.queries import bulk_results
from cultivate.queries.bulk_results import RefusedFirm
from cultivate.services import bulk
from cultivate.web.access import needs
from cultivate.web.request import actor, db
from cultivate.web.views import blueprint

#: names of firms that are shown of those that passed
NAMED = 20
#: what is missing -> the page on which it is filled in, and the words of the link
MENDS: dict[str, tuple[str, str]] = {
    "credit-code-missing": ("firms.edit", N_("Add the credit code")),
    "no-service-record": ("firms.show", N_("Record a service")),
    "candidacy-open": ("firms.show", N_("Look at the firm")),
    "not-on-track": ("firms.show", N_("Open the track")),
    "conflict": ("firms.show", N_("Look at where it stands")),
    "propose-instead": ("firms.show", N_("Propose it")),
}
_SAID = {
    "move": lambda number: _n("%(num)s moved", "%(num)s moved", number),
    "propose": lambda number: _n("%(num)s proposed", "%(num)s proposed", number),
    "assign": lambda number: _n("%(num)s assigned", "%(num)s assigned", number),
    "serve": lambda number: _n("%(num)s firm served", "%(num)s firms served", number),
    "tag": lambda number: _n("%(num)s tagged", "%(num)s tagged", number),
    "untag": lambda number: _n("%(num)s without the tag now", "%(num)s without the tag now", number),
    "open": lambda number: _n("%(num)s opened", "%(num)s opened", number),
    "accept": lambda number: _n("%(num)s taken in", "%(num)s taken in", number),
    "decline": lambda number: _n("%(num)s declined", "%(num)s declined", number),
    "hand_up": lambda number: _n("%(num)s handed up", "%(num)s handed up", number),
    "publicise": lambda number: _n("%(num)s made public", "%(num)s made public", number),
    "not_pass": lambda number: _n("%(num)s given back", "%(num)s given back", number),
    "undo": lambda number: _n("%(num)s taken back", "%(num)s taken back", number),
}
#: the form that the refused ones go on with
_AGAIN = {"move": "move", "propose": "move", "assign": "assign", "tag": "tag", "untag": "tag", "open": "open"}


def said(reason: dict[str, Any]) -> str:
    """A kept reason in the reader's language."""
    msgid, params = reason["msgid"], reason["params"]
    return _(msgid, **params) if params else _(msgid)


def mend(row: RefusedFirm) -> tuple[str, str] | None:
    """Address and words of what mends it; the firm's page where nothing better is known."""
    if row.name is None:
        return None
    endpoint, words = MENDS.get(row.reasons[0]["code"], ("firms.show", N_("Look at the firm")))
    return url_for(endpoint, firm_id=row.firm_id), _(words)


def _title(kept: dict[str, Any]) -> str:
    done = _SAID[kept["kind"]](len(kept["done"]))
    refused = len(kept["refused"])
    return _("%(done)s, %(refused)s refused", done=done, refused=refused) if refused else done


def _again(kept: dict[str, Any], key: str) -> str | None:
    """The form again with the refused ones; acts of a batch go back to its board instead."""
    if kept["kind"] == "serve" and kept["refused"]:
        return url_for("service_records.new_round", again=key)
    kind = _AGAIN.get(kept["kind"])
    if kind is None or not kept["refused"]:
        return None
    path, _separator, query = kept["back"].partition("?")
    area = "firms" if path == url_for("firms.index") else f"pipeline/{path.rsplit('/', 1)[-1]}"
    address = url_for("views.ask", kind=kind, area=area, again=key)
    return f"{address}&{query}" if query else address


@blueprint.get("/bulk/done/<key>")
@needs(Act.EDIT_FIRM)
def done(key: str) -> Any:
    """The summary; only who acted reads it."""
    kept = bulk_results.get_answer(db(), actor(), key)
    until = bulk.undo_until(kept)
    left = int((until - clock.now()).total_seconds())
    return render_template(
        "views/done.html",
        kept=kept,
        key=key,
        title=_title(kept),
        groups=bulk_results.groups_of(db(), actor(), kept),
        firms=bulk_results.done_firms(db(), actor(), kept, NAMED),
        said=said,
        mend=mend,
        again=_again(kept, key),
        undo_seconds=left if kept["kind"] in bulk.UNDOABLE and kept["done"] and left > 0 else 0,
    )


@blueprint.post("/bulk/done/<key>/undo")
@needs(Act.EDIT_FIRM)
def undo(key: str) -> Any:
    """Take the whole back; what cannot be is named."""
    return redirect(url_for("views.done", key=bulk.take_back(db(), actor(), key)))
