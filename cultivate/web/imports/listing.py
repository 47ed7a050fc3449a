"""``/imports``: what waits for me, the uploads, and what was imported so far."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate import clock
from cultivate.domain.permissions import Act
from cultivate.errors import CultivateError
from cultivate.extensions import database
from cultivate.i18n import _, say
from cultivate.queries import imports as queries
from cultivate.queries.working import list_working as list_of_working
from cultivate.services import imports, long_work
from cultivate.services.imports import KINDS, Upload
from cultivate.web.access import needs
from cultivate.web.forms import apply_error
from cultivate.web.imports import blueprint, wording, working
from cultivate.web.imports.forms import FORMS, UploadForm
from cultivate.web.numbers import whole
from cultivate.web.request import actor, db


def _offered() -> list[str]:
    """The kinds that the reader may import."""
    return [code for code in FORMS if actor().may(KINDS[code].act)]


def _page(kind: str, form: UploadForm) -> str:
    page = queries.list_batches(db(), actor(), request.args.get("page", 1, type=whole))
    waiting = queries.list_waiting(db(), actor())
    going = list_of_working(db(), actor(), clock.now())
    return render_template(
        "imports/index.html",
        kind=kind,
        form=form,
        kinds=_offered(),
        mark=working.new_mark(),
        page=page,
        waiting=waiting,
        working=[(each, working.in_words(each)) for each in going],
        summaries={
            batch.id: wording.sums(batch) for batch in (*page.items, *(each.batch for each in waiting))
        },
        labels=wording.outcome_labels(),
        kind_labels=wording.kind_labels(),
        states=wording.state_labels(),
    )


@blueprint.get("/imports")
@needs(Act.IMPORT_FIRMS)
def index() -> str:
    """Upload, or look at an earlier import; ``?kind=`` chooses what is uploaded."""
    offered = _offered()
    kind = request.args.get("kind", "")
    kind = kind if kind in offered else offered[0]
    return _page(kind, FORMS[kind](formdata=None).offer(actor()))


def _upload(kind: str) -> Any:
    """Read the files and show what would become of each row; nothing of the register changes yet."""
    form = FORMS[kind]().offer(actor())
    taken, refused = _take_in(kind, form) if form.validate() else ([], [])
    if not taken:
        return _page(kind, form), 422
    for name, reason in refused:
        flash(_("%(file)s: %(reason)s", file=name, reason=reason), "error")
    if len(taken) == 1 and not refused:
        return redirect(url_for("imports.show", batch_id=taken[0]))
    return redirect(url_for("imports.index", kind=kind))


def _take_in(kind: str, form: UploadForm) -> tuple[list[int], list[tuple[str, str]]]:
    """Batches, and the files that cannot be read with the reason; one does not stop the others."""
    taken: list[int] = []
    refused: list[tuple[str, str]] = []
    files, options, key = form.uploads, form.options, working.upload_key()
    db().rollback()  # nobody waits for the book while a file is read
    for file in files:
        upload = Upload(kind, file.filename or "", file.read(), options)
        try:
            taken.append(_take_one(upload, key))
        except CultivateError as error:
            if len(files) == 1:
                apply_error(form, error)
            refused.append((upload.filename, say(error)))
    if not taken and len(files) > 1:
        form.form_errors += [_("%(file)s: %(reason)s", file=name, reason=reason) for name, reason in refused]
    long_work.give_up(key)
    return taken, refused


def _take_one(upload: Upload, key: str) -> int:
    """A transaction for each file: the first is safe while the last is read."""
    with long_work.shown(actor(), key, upload.filename):
        tables = imports.open_file(upload)
        with database().reading() as reader:
            taken = imports.read_or_ask(reader, actor(), upload, tables)
        long_work.say(long_work.WRITING, 0, len(taken.rows))
        with database().unit_of_work() as session:
            return imports.keep(session, actor(), taken).id


def _route(kind: str) -> None:
    """A route for each kind, so that each asks for the act of its kind."""

    def upload() -> Any:
        return _upload(kind)

    view = needs(KINDS[kind].act)(upload)
    blueprint.add_url_rule(f"/imports/{kind}", f"upload_{kind}", view, methods=["POST"])


for _code in KINDS:
    _route(_code)
