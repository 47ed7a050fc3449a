"""``cultivate letters`` and ``cultivate outbox``."""

from typing import Any

import click

from cultivate import clock
from cultivate.cli.edge import application, emit, json_option
from cultivate.domain.periods import Week
from cultivate.errors import N_, NotFound
from cultivate.extensions import database, settings
from cultivate.i18n import _, _n
from cultivate.queries import deliveries
from cultivate.queries.deliveries import Recipient
from cultivate.queries.weekly import Slot
from cultivate.services import letters
from cultivate.services.outbox import NewLetter
from jobs.send_outbox import send_waiting
from jobs.weekly_letters import compose, readers, write


@click.group("letters")
def letters_command() -> None:
    """Letters."""


@letters_command.command("weekly")
@click.option("--week", required=True, help="ISO week, e.g. 2026-W47.")
@click.option("--dry-run", is_flag=True, help="Show the letters, queue nothing.")
@click.option("--to", "username", help="Only this person's letter.")
@json_option
def weekly(week: str, username: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Compose and queue the letters of a week; those that exist stay as they are."""
    with application(as_json=as_json):
        wanted = Week.parse(week)
        slot = letters.preview_slot(wanted) if dry_run else letters.due_slot(wanted)
        people = readers(database(), username)
        if username is not None and not people:
            raise NotFound(N_("Nobody called “%(name)s” gets letters."), name=username)
        rows = [_preview(reader, slot) if dry_run else _queue(reader, slot) for reader in people]
        result = {
            "week": str(wanted),
            "as_of": slot.as_of.isoformat(),
            "known_at": slot.known_at.isoformat(),
            "queued": sum(row["status"] == "queued" for row in rows),
            "letters": rows,
        }
        emit(result, as_json=as_json, human=_print)


def _preview(reader: Recipient, slot: Slot) -> dict[str, Any]:
    letter = compose(database(), reader, slot)
    return _about(reader, "dry-run", letter) | {"text": letter.text}


def _queue(reader: Recipient, slot: Slot) -> dict[str, Any]:
    written = write(database(), reader, slot)
    status = ("queued" if reader.address else "unsendable") if written.new else "exists"
    return _about(reader, status, written.letter) | {"id": written.delivery_id}


def _about(reader: Recipient, status: str, letter: NewLetter | None) -> dict[str, Any]:
    return {
        "to": reader.actor.username,
        "address": reader.address,
        "status": status,
        "subject": letter.subject if letter else None,
    }


def _print(result: dict[str, Any]) -> None:
    words = {
        "queued": _("queued"),
        "unsendable": _("kept: no e-mail address"),
        "exists": _("was written before"),
        "dry-run": _("not queued"),
    }
    for row in result["letters"]:
        click.echo(f"{row['to']}: {words[row['status']]}  {row['subject'] or ''}".rstrip())
        if "text" in row:
            click.echo(f"\n{row['text']}\n")


@click.group("outbox")
def outbox_command() -> None:
    """The outbox."""


@outbox_command.command("send")
@json_option
def send(*, as_json: bool) -> None:
    """Send what is queued and due; without a mail server letters stay where they are."""
    with application(as_json=as_json):
        done = send_waiting(database())
        with database().reading() as session:
            waiting = len(deliveries.ready_ids(session, clock.now()))
        result = {"sent": done.sent, "later": done.later, "failed": done.failed, "waiting": waiting}
        emit(result, as_json=as_json, human=_tell)
        if settings().smtp_url is None:
            click.echo(_("No mail server is set (CULTIVATE_SMTP_URL); letters stay in the outbox."), err=True)


def _tell(result: dict[str, int]) -> None:
    click.echo(
        _(
            "%(sent)s sent, %(later)s put off, %(failed)s refused",
            **{k: result[k] for k in ("sent", "later", "failed")},
        )
    )
    click.echo(_n("%(num)s letter waits", "%(num)s letters wait", result["waiting"]))
