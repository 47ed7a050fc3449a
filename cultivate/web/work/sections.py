"""The sections of my work, in the order in which the page shows them: one line here, one partial beside it.

A section is a query that answers with a page of rows and the true total, and a partial under ``templates/work``
that shows them as ``page``. Its acts answer with ``answers.answered``: the row leaves in place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.domain.batches import PAPER_STATES
from cultivate.domain.needs import STATES
from cultivate.domain.permissions import Act
from cultivate.errors import N_
from cultivate.packs import stalled
from cultivate.queries import (
    assignments,
    batch_papers,
    firm_needs,
    quality,
    service_records,
    stall_notes,
    worklist,
)
from cultivate.queries.paging import Page
from cultivate.web.quality.words import rule_words
from cultivate.web.work.forms import DecisionForm

#: rows a section shows among the others; a page of its own shows more
SHORT = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """What a section is asked: whose work, on which day, which part of it."""

    session: Session
    actor: Actor
    today: date
    number: int = 1
    size: int = SHORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section; ``name`` stands in addresses and is never translated."""

    name: str
    short: str
    """In the strip on top."""
    title: str
    empty: str
    """Said where it has no row: what to do next, or that nothing is to be done."""
    partial: str
    load: Callable[[Asked], Page[Any]]
    shown_to: Callable[[Actor], bool] = lambda _actor: True
    context: Callable[[], Mapping[str, Any]] = dict
    """What the partial needs beside ``page``, ``section``, ``name`` and ``units``."""
    all_at: str | None = None
    """Endpoint of the page that goes further than one's own rows, with its words."""
    all_label: str = ""


def listed(name: str) -> Callable[[Asked], Page[Any]]:
    """A section of the work list that letters and the overview count as well."""

    def load(asked: Asked) -> Page[Any]:
        return worklist.list_section(asked.session, asked.actor, name, asked.today, asked.number, asked.size)

    return load


def _follow_ups(name: str) -> Callable[[Asked], Page[Any]]:
    """With what is to be done, and whose it is."""
    load_rows = listed(name)

    def load(asked: Asked) -> Page[Any]:
        page = load_rows(asked)
        found = service_records.follow_ups_of(asked.session, [row.id for row in page.items])
        return replace(page, items=[replace(row, follow_up=found[row.id]) for row in page.items])

    return load


def _stalled(asked: Asked) -> Page[Any]:
    """With what was said of each before its day came."""
    page = listed("stalled")(asked)
    notes = stall_notes.standing(asked.session, [row.candidacy_id for row in page.items])
    return replace(page, items=[replace(row, note=notes.get(row.candidacy_id)) for row in page.items])


def _mending(asked: Asked) -> Page[Any]:
    actor = asked.actor
    return quality.list_own(
        asked.session, actor.scope, actor.user_id or 0, asked.today, asked.number, asked.size
    )


def _charge(asked: Asked) -> Page[Any]:
    return assignments.list_new(asked.session, asked.actor, asked.number, asked.size)


def _needs(asked: Asked) -> Page[Any]:
    return firm_needs.list_waiting(asked.session, asked.actor, asked.number, asked.size)


def _papers(asked: Asked) -> Page[Any]:
    return batch_papers.list_due(
        asked.session, asked.actor.scope, asked.actor.user_id, asked.number, asked.size
    )


def _decides(actor: Actor) -> bool:
    """The bureau, and the leader who looks on."""
    return actor.may(Act.DECIDE) or not actor.may(Act.PROPOSE)


def _works(actor: Actor) -> bool:
    """Whoever does no business is given none."""
    return actor.may(Act.ASSIGN)


SECTIONS: tuple[Section, ...] = (
    Section(
        name="today",
        short=N_("Today"),
        title=N_("Follow-ups due today"),
        empty=N_("Nothing is due today."),
        partial="work/_follow_ups.html",
        load=_follow_ups("today"),
    ),
    Section(
        name="overdue",
        short=N_("Overdue"),
        title=N_("Follow-ups overdue"),
        empty=N_("Nothing is overdue."),
        partial="work/_follow_ups.html",
        load=_follow_ups("overdue"),
    ),
    Section(
        name="charge",
        short=N_("New to me"),
        title=N_("Firms put in my charge"),
        empty=N_("No firm was put in your charge that you have not looked at."),
        partial="work/_charge.html",
        load=_charge,
        shown_to=_works,
    ),
    Section(
        name="needs",
        short=N_("Wishes"),
        title=N_("What firms ask for and I answer"),
        empty=N_("No firm waits for your answer."),
        partial="work/_needs.html",
        load=_needs,
        shown_to=_works,
        context=lambda: {"states": STATES},
        all_at="firm_needs.index",
        all_label=N_("All that firms ask for"),
    ),
    Section(
        name="stalled",
        short=N_("Stalled"),
        title=N_("Stalled"),
        empty=N_("Nobody stands still for too long."),
        partial="work/_stalled.html",
        load=_stalled,
        context=lambda: {"rules": stalled.rules()},
    ),
    Section(
        name="proposals",
        short=N_("Proposals"),
        title=N_("Proposals waiting for a decision"),
        empty=N_("No proposal waits for you."),
        partial="work/_proposals.html",
        load=listed("proposals"),
        shown_to=_decides,
        context=lambda: {"form": DecisionForm(formdata=None)},
    ),
    Section(
        name="proposals",
        short=N_("My proposals"),
        title=N_("What I proposed"),
        empty=N_("You have proposed nothing that waits. On a firm's page you can propose to put it forward."),
        partial="work/_proposals.html",
        load=listed("proposals"),
        shown_to=lambda actor: not _decides(actor),
        context=lambda: {"form": DecisionForm(formdata=None)},
    ),
    Section(
        name="papers",
        short=N_("Papers due"),
        title=N_("Papers I have to bring"),
        empty=N_("No paper of an application batch waits for you."),
        partial="work/_batch_papers.html",
        load=_papers,
        shown_to=_works,
        context=lambda: {"paper_states": PAPER_STATES},
        all_at="batches.index",
        all_label=N_("Application batches"),
    ),
    Section(
        name="quality",
        short=N_("Data"),
        title=N_("Data to mend"),
        empty=N_("No data waits to be mended by you."),
        partial="work/_mending.html",
        load=_mending,
        shown_to=_works,
        context=lambda: {"rule_words": rule_words},
        all_at="quality.index",
        all_label=N_("All faults of the register"),
    ),
    Section(
        name="ending",
        short=N_("Ending"),
        title=N_("Ending soon without renewal"),
        empty=N_("No certificate ends soon without its renewal begun."),
        partial="work/_ending.html",
        load=listed("ending"),
    ),
    Section(
        name="reports",
        short=N_("Reports due"),
        title=N_("Yearly reports nobody has noted"),
        empty=N_("No yearly report is waited for."),
        partial="work/_reports.html",
        load=listed("reports"),
        all_at="certificates.reports",
        all_label=N_("All yearly reports"),
    ),
    Section(
        name="week",
        short=N_("This week"),
        title=N_("Follow-ups later this week"),
        empty=N_("Nothing else is due this week. A service can name the day of its follow-up."),
        partial="work/_follow_ups.html",
        load=_follow_ups("week"),
    ),
)


def sections_of(actor: Actor) -> list[Section]:
    """The sections that this person has."""
    return [section for section in SECTIONS if section.shown_to(actor)]


def find_section(actor: Actor, name: str) -> Section | None:
    """That section, where this person has it."""
    return next((section for section in sections_of(actor) if section.name == name), None)
