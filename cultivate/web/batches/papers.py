"""A firm in a batch: where it stands, and its papers, each filled in in place."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate.domain.batches import ENTRY_STATES, PAPER_STATES, SCORES, UNDECIDED, progress
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict, CultivateError, Invalid, NotFound
from cultivate.i18n import _, _n, say
from cultivate.queries import application_batches, attachments, batch_entries, users
from cultivate.queries import batch_papers as queries
from cultivate.queries.batch_entries import EntryRow
from cultivate.queries.batch_papers import PaperRow
from cultivate.services import batch_papers
from cultivate.services.batch_papers import PaperData
from cultivate.web.access import needs
from cultivate.web.batches import blueprint
from cultivate.web.batches.forms import PaperForm
from cultivate.web.forms import apply_error
from cultivate.web.numbers import number_of, numbers_of
from cultivate.web.request import actor, db


@dataclass(frozen=True, slots=True)
class Offered:
    """What the forms of one entry's papers choose from."""

    people: list[tuple[int, str]]
    files: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """A paper with its form; none where it cannot be changed."""

    row: PaperRow
    form: PaperForm | None


def _offered(entry: EntryRow) -> Offered:
    people = users.list_workers_at(db(), entry.street_id, entry.park_id)
    files = attachments.list_of_firm(db(), actor().scope, entry.firm_id)
    return Offered(
        [(user.id, user.display_name) for user in people],
        [(file.id, file.name) for file in files if file.deleted_at is None],
    )


def _form(row: PaperRow, offered: Offered) -> PaperForm:
    """What stands; somebody who no longer works there stays on offer while the paper is theirs."""
    people = offered.people
    if row.owner_id is not None and row.owner_id not in dict(people):
        people = [*people, (row.owner_id, row.owner or "—")]
    return PaperForm(
        formdata=None,
        prefix=f"paper-{row.id}-",
        state=row.state,
        owner=row.owner_id,
        due_on=row.due_on,
        file=row.attachment_id,
        remark=row.remark,
        version=row.version,
    ).offer(people, offered.files)


def _may_fill(entry: EntryRow) -> bool:
    return actor().may(Act.FILL_PAPERS) and entry.state in UNDECIDED


@blueprint.get("/batches/<int:application_batch_id>/firms/<int:entry_id>")
@needs(Act.VIEW)
def entry(application_batch_id: int, entry_id: int) -> str:
    """The firm's page within the batch."""
    found = batch_entries.get_entry(db(), actor().scope, entry_id)
    if found.batch_id != application_batch_id:
        raise NotFound
    rows = queries.list_papers(db(), actor().scope, entry_id)
    fills = _may_fill(found)
    offered = _offered(found) if fills else Offered([], [])
    return render_template(
        "batches/entry.html",
        entry=found,
        batch=application_batches.get_batch(db(), application_batch_id),
        lines=[Line(row, _form(row, offered) if fills else None) for row in rows],
        progress=progress(row.state for row in rows),
        states=ENTRY_STATES,
        paper_states=PAPER_STATES,
        scores=SCORES,
        undecided=UNDECIDED,
    )


def _piece(line: Line, said: str = "") -> str:
    """The line as it is now, with the count above it."""
    rows = queries.list_papers(db(), actor().scope, line.row.entry_id)
    return render_template(
        "batches/_paper.html",
        line=line,
        paper_states=PAPER_STATES,
        said=said,
        progress=progress(row.state for row in rows),
        oob=True,
    )


def _to_page(paper: PaperRow) -> Any:
    found = batch_entries.get_entry(db(), actor().scope, paper.entry_id)
    return redirect(
        url_for(
            "batches.entry",
            application_batch_id=found.batch_id,
            entry_id=found.id,
            _anchor=f"paper-{paper.id}",
        )
    )


@blueprint.get("/batches/papers/<int:paper_id>")
@needs(Act.VIEW)
def paper(paper_id: int) -> Any:
    """A paper is no page of its own: its place is in the list."""
    return _to_page(queries.get_paper(db(), actor().scope, paper_id))


@blueprint.post("/batches/papers/<int:paper_id>")
@needs(Act.FILL_PAPERS)
def fill(paper_id: int) -> Any:
    """Save one paper: in place where there is script, else back to the list."""
    row = queries.get_paper(db(), actor().scope, paper_id)
    offered = _offered(batch_entries.get_entry(db(), actor().scope, row.entry_id))
    form, status = _form(row, offered), 422
    form.process(request.form)
    if form.validate():
        try:
            version = number_of(form.version.data) or 0
            batch_papers.fill(db(), actor(), paper_id, _data(form), version)
        except Conflict as error:
            status = 409
            form.form_errors.append(_theirs(error, row))
            form.version.data, form.version.raw_data = str(row.version), None
        except NotFound:
            raise
        except CultivateError as error:
            apply_error(form, error)
        else:
            return _saved(paper_id)
    if "HX-Request" in request.headers:
        return _piece(Line(row, form)), status
    for message in (*form.form_errors, *(each for field in form for each in field.errors)):
        flash(message, "bad")
    return _to_page(row)


def _theirs(error: Conflict, row: PaperRow) -> str:
    """What somebody else has written, beside what one typed oneself."""
    now = " · ".join(
        each
        for each in (_(PAPER_STATES[row.state]), row.owner, row.due_on and row.due_on.isoformat(), row.remark)
        if each
    )
    return f"{say(error)} {_('Now it says: %(now)s', now=now)}"


def _data(form: PaperForm) -> PaperData:
    return PaperData(
        state=form.state.data,
        owner_id=form.owner.data,
        due_on=form.due_on.data,
        attachment_id=form.file.data,
        remark=form.remark.data or "",
    )


def _saved(paper_id: int) -> Any:
    row = queries.get_paper(db(), actor().scope, paper_id)
    if "HX-Request" not in request.headers:
        flash(_("Saved."), "good")
        return _to_page(row)
    offered = _offered(batch_entries.get_entry(db(), actor().scope, row.entry_id))
    return _piece(Line(row, _form(row, offered)), _("Saved."))


@blueprint.post("/batches/papers/<int:paper_id>/file")
@needs(Act.FILL_PAPERS)
def attach(paper_id: int) -> Any:
    """Keep a file for the paper."""
    row = queries.get_paper(db(), actor().scope, paper_id)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid(N_("Choose a file."), field="file", code="file-missing")
    batch_papers.attach(db(), actor(), paper_id, sent.filename, sent.stream)
    flash(_n("%(num)s paper added.", "%(num)s papers added.", 1), "good")
    return _to_page(row)


@blueprint.post("/batches/entries/<int:entry_id>/papers")
@needs(Act.FILL_PAPERS)
def mark(entry_id: int) -> Any:
    """Put the ticked papers into one state."""
    found = batch_entries.get_entry(db(), actor().scope, entry_id)
    ticked = numbers_of(request.form.getlist("paper"))
    try:
        changed = batch_papers.mark(db(), actor(), entry_id, ticked, request.form.get("state", ""))
    except NotFound:
        raise
    except CultivateError as error:
        db().rollback()
        flash(say(error), "bad")
    else:
        flash(_n("%(num)s paper changed.", "%(num)s papers changed.", changed), "good")
    return redirect(url_for("batches.entry", application_batch_id=found.batch_id, entry_id=entry_id))
