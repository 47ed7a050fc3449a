"""Making application batches and moving their days."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict, Invalid, NotFound
from cultivate.models import ApplicationBatch, ImportBatch
from cultivate.queries import application_batches as queries
from cultivate.queries import policies, readiness
from cultivate.services import audit

YEARS = range(2000, 2200)
_TITLE, _NOTE = 200, 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchData:
    """What a person says of a batch. Track, year and round stay as they are once it is there."""

    title: str
    opens_on: date
    closes_on: date
    upper_closes_on: date | None = None
    submitted_on: date | None = None
    publicised_on: date | None = None
    announced_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What the form of a new batch begins with, and where its days come from (empty: from nowhere)."""

    round: int
    data: BatchData
    source: str
    remark: str


def prefilled(session: Session, track: str, year: int, language: str) -> Prefilled:
    """The next round of the year, with the days of the policy pack's window; the notice may move them."""
    last = session.scalar(
        select(func.max(ApplicationBatch.round)).where(
            ApplicationBatch.track == track, ApplicationBatch.year == year
        )
    )
    number = (last or 0) + 1
    data = BatchData(
        title=f"{year}年度{packs.track(track).short_zh}申报第{number}批",
        opens_on=date(year, 1, 1),
        closes_on=date(year, 12, 31),
    )
    base = readiness.policy_of(track)
    window = policies.applying(session, base, clock.today()).pack.window(year) if base else None
    if window is None:
        return Prefilled(number, data, "", "")
    data = replace(data, opens_on=window.opens_on, closes_on=window.closes_on)
    return Prefilled(
        number, data, window.source.say(language), window.remark.say(language) if window.remark else ""
    )


def create(session: Session, actor: Actor, track: str, year: int, number: int, data: BatchData) -> int:
    """Make a batch; returns its id."""
    actor.require(Act.MANAGE_BATCHES)
    packs.track(track)
    if year not in YEARS:
        raise Invalid(N_("This is no year of a filing."), field="year", code="year-invalid")
    if not 1 <= number <= 99:
        raise Invalid(N_("Rounds are counted from 1."), field="round", code="round-invalid")
    now = clock.now()
    batch = ApplicationBatch(
        track=track, year=year, round=number, created_at=now, updated_at=now, updated_by_id=actor.user_id
    )
    _write(batch, data)
    try:
        with session.begin_nested():
            session.add(batch)
            session.flush()
    except IntegrityError:
        raise Invalid(
            N_("There is this round of the year already."), field="round", code="batch-known"
        ) from None
    audit.note(
        session, actor, "create", "application_batch", batch.id, track=track, year=year, **_plain(data)
    )
    return batch.id


def edit(session: Session, actor: Actor, batch_id: int, data: BatchData, version: int) -> None:
    """Change title, days or note; ``Conflict`` where somebody else was faster."""
    actor.require(Act.MANAGE_BATCHES)
    batch = _locked(session, batch_id, version)
    before = _plain(_data_of(batch))
    _write(batch, data)
    after = _plain(data)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if not changed:
        return
    _changed(session, actor, batch)
    audit.note(session, actor, "edit", "application_batch", batch_id, changed=changed)


def stamp(session: Session, actor: Actor, batch_id: int, name: str, day: date | None) -> None:
    """Note the day (today if not said) on which the whole batch was handed up or made public."""
    row = queries.get_batch(session, batch_id)
    said = BatchData(title=row.title, note=row.note, **asdict(row.days))
    stamped: dict[str, Any] = {name: day or clock.today()}
    edit(session, actor, batch_id, replace(said, **stamped), row.version)


def link_list(
    session: Session, actor: Actor, batch_id: int, import_batch_id: int | None, version: int
) -> None:
    """Name the official list that answered a batch, or none any more; its day is the day of the announcement."""
    actor.require(Act.MANAGE_BATCHES)
    batch = _locked(session, batch_id, version)
    listed = session.get(ImportBatch, import_batch_id) if import_batch_id is not None else None
    if import_batch_id is not None and (
        listed is None
        or (listed.kind, listed.status, listed.track) != ("certificates", "committed", batch.track)
    ):
        raise Invalid(
            N_("There is no such official list of this track."), field="import_batch_id", code="list-unknown"
        )
    batch.import_batch_id = import_batch_id
    if listed is not None and batch.announced_on is None and listed.issued_on is not None:
        batch.announced_on = listed.issued_on
    _changed(session, actor, batch)
    audit.note(session, actor, "link", "application_batch", batch_id, import_batch=import_batch_id)


def _locked(session: Session, batch_id: int, version: int) -> ApplicationBatch:
    batch = session.scalar(
        select(ApplicationBatch)
        .where(ApplicationBatch.id == batch_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if batch is None:
        raise NotFound
    if batch.version != version:
        raise Conflict(
            N_("Somebody else changed this batch in the meantime."),
            current=queries.get_batch(session, batch_id),
        )
    return batch


def _changed(session: Session, actor: Actor, batch: ApplicationBatch) -> None:
    batch.version += 1
    batch.updated_by_id, batch.updated_at = actor.user_id, clock.now()
    session.flush()


def _write(batch: ApplicationBatch, data: BatchData) -> None:
    _check(data)
    for name, value in asdict(data).items():
        setattr(batch, name, value.strip() if isinstance(value, str) else value)


def _data_of(batch: ApplicationBatch) -> BatchData:
    return BatchData(**{name: getattr(batch, name) for name in BatchData.__dataclass_fields__})


def _plain(data: BatchData) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(data).items()
    }


def _check(data: BatchData) -> None:
    if not data.title.strip():
        raise Invalid(N_("A title is needed."), field="title", code="title-missing")
    for name, longest in (("title", _TITLE), ("note", _NOTE)):
        if len(getattr(data, name)) > longest:
            raise Invalid(
                N_("The text is longer than %(longest)s characters."),
                field=name,
                code="text-too-long",
                longest=longest,
            )
    _in_order(asdict(data), ("opens_on", "closes_on", "upper_closes_on"))
    _in_order(asdict(data), ("opens_on", "submitted_on", "publicised_on", "announced_on"))
    for name in ("submitted_on", "publicised_on", "announced_on"):
        day = getattr(data, name)
        if day is not None and day > clock.today():
            raise Invalid(N_("The day lies in the future."), field=name, code="day-in-future")


def _in_order(values: Mapping[str, date | None], names: tuple[str, ...]) -> None:
    last: date | None = None
    for name in names:
        day = values[name]
        if day is not None and last is not None and day < last:
            raise Invalid(
                N_("This day lies before %(day)s, which comes first."),
                field=name,
                code="days-out-of-order",
                day=last.isoformat(),
            )
        last = day or last
