"""Follow-ups of one record: done, put off, handed over; each leads back to where it was done from."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import Conflict, CultivateError, NotFound
from cultivate.i18n import _
from cultivate.queries import service_records as queries
from cultivate.queries import users
from cultivate.queries.service_records import RecordDetail
from cultivate.services import follow_ups
from cultivate.web.access import needs
from cultivate.web.forms import BaseForm, apply_error
from cultivate.web.local import local_path
from cultivate.web.numbers import number_of
from cultivate.web.request import actor, db
from cultivate.web.service_records import blueprint
from cultivate.web.service_records.forms import HandOverForm, OutcomeForm, PostponeForm, people_choices
from cultivate.web.service_records.record import page


@blueprint.post("/services/<int:record_id>/follow-up")
@needs(Act.RECORD_SERVICE)
def done(record_id: int) -> Any:
    """Mark it as done, with what came of it."""
    form = OutcomeForm()
    return _act(
        record_id,
        "outcome",
        form,
        lambda: follow_ups.done(db(), actor(), record_id, form.outcome.data or ""),
        _("Follow-up done."),
    )


@blueprint.post("/services/<int:record_id>/follow-up/reopen")
@needs(Act.RECORD_SERVICE)
def reopen(record_id: int) -> Any:
    """Take “done” back."""
    follow_ups.reopen(db(), actor(), record_id)
    flash(_("The follow-up is open again."), "good")
    return redirect(url_for("service_records.show", record_id=record_id))


@blueprint.post("/services/<int:record_id>/postpone")
@needs(Act.RECORD_SERVICE)
def postpone(record_id: int) -> Any:
    """Another day, with its reason."""
    form = PostponeForm()
    return _act(
        record_id,
        "postpone",
        form,
        lambda: follow_ups.postpone(
            db(), actor(), record_id, form.day.data, form.reason.data or "", number_of(form.version.data)
        ),
        _("Put off."),
    )


@blueprint.post("/services/<int:record_id>/hand-over")
@needs(Act.RECORD_SERVICE)
def hand_over(record_id: int) -> Any:
    """Give it to somebody else."""
    record = queries.get_record(db(), actor().scope, record_id)
    form = HandOverForm()
    people = users.list_workers_at(db(), record.street_id, record.park_id)
    form.owner.choices = people_choices(_("Who is in charge"), people)
    return _act(
        record_id,
        "hand_over",
        form,
        lambda: follow_ups.hand_over(
            db(),
            actor(),
            record_id,
            int(form.owner.data) if form.owner.data else None,
            number_of(form.version.data),
        ),
        _("Handed over."),
        record,
    )


def _act(
    record_id: int,
    name: str,
    form: BaseForm,
    act: Callable[[], None],
    message: str,
    record: RecordDetail | None = None,
) -> Any:
    """Do it and go back; refused, the record's page says why at the form."""
    record = record or queries.get_record(db(), actor().scope, record_id)
    if form.validate():
        try:
            act()
        except NotFound:
            raise
        except Conflict as error:  # what was typed stays, and the page has what stands now
            form.form_errors.append(_(error.msgid))
            return page(record, **{name: form}), 409
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(message, "good")
            home = url_for("service_records.show", record_id=record_id)
            return redirect(local_path(request.form.get("next"), home))
    return page(record, **{name: form}), 422
