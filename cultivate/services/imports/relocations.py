"""The kind ``relocations``: firms that left the district, came into it, or changed their street within it.

Who leaves takes all candidacies along. Who comes brings a certificate with its own day of issue; if we do not
know the firm, a person says in which street it lies. A new street of ours is put to a person as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import packs
from cultivate.domain import relocation
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.relocation import Way
from cultivate.domain.stages import STAGES, Stage
from cultivate.domain.unit_names import UnitNames
from cultivate.domain.values import Problem, to_day
from cultivate.errors import N_
from cultivate.models import Candidacy, Certificate, Firm, ImportBatch, Transfer
from cultivate.queries import units
from cultivate.queries.district_words import district_words
from cultivate.queries.last_moves import last_days
from cultivate.services import relocations, transfers
from cultivate.services.imports import leads, notices
from cultivate.services.imports.deciding import decider
from cultivate.services.imports.kind import Kind
from cultivate.services.imports.known_firms import chunks
from cultivate.services.imports.notices import CheckedNotice, Found, Notice, Once
from cultivate.services.imports.options import RELOCATIONS, ImportOptions
from cultivate.services.imports.touched import MOVED, refuse, refuse_touched
from cultivate.services.imports.verdict import (
    CREATE,
    LEAD,
    MATCHED,
    NEW,
    REJECTED,
    TO_DECIDE,
    UNCHANGED,
    UNMATCHED,
    InputRow,
    Verdict,
    rejected,
)
from cultivate.services.relocations import Brought

REASON_OUT = N_("moved out, by the official list")
REASON_WITHIN = N_("moved within the district, by the official list")


@dataclass(slots=True)
class _Facts:
    """What the register says of a firm; ``standing``: track, stage and last day of its candidacies in a stage."""

    street_id: int
    park_id: int | None
    standing: list[tuple[str, str, date | None]] = field(default_factory=list)
    certificates: list[tuple[str, date]] = field(default_factory=list)
    """Number and day of issue, of the list's track."""

    def at_certify(self, track: str) -> bool:
        """Whether the firm counts on the track."""
        return any(each[:2] == (track, Stage.CERTIFY) for each in self.standing)

    @property
    def last(self) -> date | None:
        """The day before which nothing can be booked."""
        return max((day for *_, day in self.standing if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it is judged: which way, and the new street where it names one of ours."""

    row: InputRow
    notice: Notice
    way: Way
    street: str | None


@dataclass(frozen=True, slots=True)
class _Act:
    """What is to be done."""

    way: Way
    on: date
    reason: str
    street: str | None = None
    brought: Brought | None = None
    newcomer: leads.Newcomer | None = None


class _Judge:
    """Judges lines in order, with what was loaded for all of them."""

    def __init__(self, session: Session, actor: Actor, options: ImportOptions) -> None:
        places = units.list_units(session, "street", "park")
        self.session, self.actor, self.options = session, actor, options
        self.track, _ = notices.given_of(options)
        self.streets = {unit.code: unit.id for unit in places if unit.kind == "street"}
        self.names = UnitNames(
            (unit.code, name, unit.kind) for unit in places for name in (unit.name_en, unit.name_zh)
        )
        self.says = district_words(session)
        self.once = Once()
        self.newcomers = Once()

    def all(self, rows: Sequence[InputRow]) -> list[Verdict]:
        """A verdict per row."""
        checked = [self._check(row) for row in rows]
        found = notices.find(
            self.session, self.actor, RELOCATIONS, self.track, rows, [each for each, _ in checked]
        )
        ids = [each.firm_id for each in found if each.firm_id is not None]
        facts = _facts(self.session, self.track, ids)
        return [
            self._verdict(line, each, whose, facts)
            for (each, line), whose in zip(checked, found, strict=True)
        ]

    def _check(self, row: InputRow) -> tuple[CheckedNotice, _Line]:
        each = notices.check_row(row.cells, self.options)
        street = self.names.find(row.cells.get("street", ""), "street") if row.cells.get("street") else None
        way = relocation.way(
            row.cells.get("direction", ""),
            row.cells.get("moved_from", ""),
            row.cells.get("moved_to", ""),
            street=street is not None,
            says=self.says,
        )
        if way == Way.UNKNOWN and not each.problems:
            message = N_("The row does not say whether the firm moved in or out.")
            each.problems.append(Problem("direction-unknown", message, field="direction"))
        given_day = to_day(str(row.given.get("issued_on", "")))
        if isinstance(given_day, date):
            each.notice = replace(each.notice, issued_on=given_day)
        return each, _Line(row, each.notice, way, str(row.given.get("street") or "") or street)

    def _verdict(
        self, line: _Line, each: CheckedNotice, whose: Found, facts: Mapping[int, _Facts]
    ) -> Verdict:
        if each.problems:
            return rejected(line.row.number, each.problems)
        if whose.firm_id is None:
            return self._nobody(line, whose)
        known = facts[whose.firm_id]
        judged = {Way.OUT: self._out, Way.IN: self._in, Way.WITHIN: self._within, Way.FOREIGN: self._out}
        verdict = judged[line.way](line, whose, known)
        if verdict.outcome != MATCHED:
            return verdict
        return self.once.refuse(line.row, whose.firm_id) or verdict

    def _nobody(self, line: _Line, whose: Found) -> Verdict:
        """Not a firm of ours: who left or went elsewhere is no concern; who came here is put to a person."""
        here = line.way in {Way.IN, Way.WITHIN}
        if line.row.decision in {NEW, LEAD}:
            return self._newcomer(line)
        if whose.by == "decided" or not (here or whose.candidates):
            return Verdict(line.row.number, UNMATCHED)
        asks = self._asks(line, street=True) if here else []
        likely = [{"firm_id": firm_id} for firm_id in whose.candidates]
        return Verdict(line.row.number, TO_DECIDE, changes=[*likely, {"way": line.way}, *asks])

    def _asks(self, line: _Line, *, street: bool) -> list[dict[str, Any]]:
        asked: list[dict[str, Any]] = [{"ask": "street", "value": line.street}] if street else []
        if line.way == Way.IN and line.notice.issued_on is None:
            asked.append({"ask": "issued_on", "value": None})
        return asked

    def _newcomer(self, line: _Line) -> Verdict:
        row, notice = line.row, line.notice
        newcomer = leads.Newcomer(row.number, notice.name, notice.uscc, line.street)
        problem = leads.problem_of(newcomer, self.streets)
        if problem is not None:
            return rejected(row.number, [problem])
        brought = None
        if row.decision == NEW:
            brought = Brought(self.track, notice.number, notice.issued_on or notice.on)
            problem = self._not_brought(notice)
            if problem is not None:
                return rejected(row.number, [problem])
        act = _Act(Way.IN, notice.on, notice.reason, line.street, brought, newcomer)
        verdict = Verdict(row.number, CREATE, changes=[{"way": Way.IN}], content=act)
        return self.newcomers.refuse(row, leads.key_of(newcomer)) or verdict

    def _not_brought(self, notice: Notice) -> Problem | None:
        """Why the certificate cannot count here."""
        if notice.issued_on is None:
            message = N_("Say on which day the certificate was issued: it stands on the certificate.")
            return Problem("issue-day-missing", message, field="issued_on")
        last = packs.track(self.track).valid_through(notice.issued_on)
        if last is not None and last < notice.on:
            message = N_("The certificate had ended (%(day)s) before the firm moved in.")
            return Problem("certificate-ended", message, {"day": last.isoformat()}, "issued_on")
        if notice.issued_on > notice.on:
            message = N_("It cannot count before its day of issue (%(day)s).")
            return Problem("day-before-issue", message, {"day": notice.issued_on.isoformat()}, "issued_on")
        return None

    def _out(self, line: _Line, whose: Found, known: _Facts) -> Verdict:
        if not known.standing:
            return notices.unchanged(line.row, whose.firm_id)
        if (early := self._too_early(line, known)) is not None:
            return notices.refused(line.row, whose, early)
        told = N_("%(track)s leaves %(stage)s for “moved out”")
        effects = [notices.effect(told, track=track, stage=stage) for track, stage, _ in known.standing]
        act = _Act(Way.OUT, line.notice.on, line.notice.reason or REASON_OUT)
        return Verdict(
            line.row.number, MATCHED, whose.firm_id, changes=[*effects, {"way": Way.OUT}], content=act
        )

    def _in(self, line: _Line, whose: Found, known: _Facts) -> Verdict:
        named = line.street is not None
        if known.at_certify(self.track) or (named and not line.notice.number):
            return self._within(line, whose, known) if named else notices.unchanged(line.row, whose.firm_id)
        notice = line.notice
        if notice.issued_on is None:
            same = [day for number, day in known.certificates if number and number == notice.number]
            notice = replace(notice, issued_on=same[-1] if same else None)
        problem = self._not_brought(notice)
        if problem is not None and problem.code == "issue-day-missing":
            verdict = Verdict(line.row.number, TO_DECIDE, problems=[])
            if line.row.decision is not None:
                return rejected(line.row.number, [problem])
            verdict.changes = [
                {"firm_id": whose.firm_id},
                {"way": Way.IN},
                {"ask": "issued_on", "value": None},
            ]
            return verdict
        if problem is not None or notice.issued_on is None:
            return notices.refused(line.row, whose, *([problem] if problem else []))
        told = N_("certificate %(number)s counts here from %(day)s")
        changes = [
            notices.effect(told, number=notice.number or "—", day=notice.on.isoformat()),
            {"way": Way.IN},
        ]
        act = _Act(
            Way.IN, notice.on, notice.reason, brought=Brought(self.track, notice.number, notice.issued_on)
        )
        return Verdict(line.row.number, MATCHED, whose.firm_id, changes=changes, content=act)

    def _within(self, line: _Line, whose: Found, known: _Facts) -> Verdict:
        target = self.streets.get(line.street or "")
        if line.street and target is None:
            message = N_("There is no unit with the code “%(unit)s”.")
            return rejected(
                line.row.number, [Problem("unit-unknown", message, {"unit": line.street}, "street")]
            )
        if target is not None and target == known.street_id:
            return notices.unchanged(line.row, whose.firm_id)
        if line.row.decision is None:
            changes: list[dict[str, Any]] = [{"firm_id": whose.firm_id}, {"way": Way.WITHIN}]
            return Verdict(
                line.row.number, TO_DECIDE, changes=[*changes, {"ask": "street", "value": line.street}]
            )
        if target is None:
            return rejected(line.row.number, [leads.STREET_MISSING])
        if (early := self._too_early(line, known)) is not None:
            return notices.refused(line.row, whose, early)
        act = _Act(Way.WITHIN, line.notice.on, line.notice.reason or REASON_WITHIN, line.street)
        return Verdict(line.row.number, MATCHED, whose.firm_id, changes=[{"way": Way.WITHIN}], content=act)

    def _too_early(self, line: _Line, known: _Facts) -> Problem | None:
        if known.last is None or line.notice.on >= known.last:
            return None
        message = N_("The day lies before the last move (%(day)s).")
        return Problem("day-before-last-move", message, {"day": known.last.isoformat()})


def _facts(session: Session, track: str, ids: Sequence[int]) -> dict[int, _Facts]:
    found: dict[int, _Facts] = {}
    for part in chunks(sorted(set(ids))):
        for firm_id, street_id, park_id in session.execute(
            select(Firm.id, Firm.street_id, Firm.park_id).where(Firm.id.in_(part))
        ):
            found[firm_id] = _Facts(street_id, park_id)
        standing = session.execute(
            select(Candidacy.firm_id, Candidacy.id, Candidacy.track, Candidacy.stage)
            .where(Candidacy.firm_id.in_(part), Candidacy.stage.in_(STAGES))
            .order_by(Candidacy.track, Candidacy.id)
        ).all()
        last = last_days(session, [row.id for row in standing])
        for firm_id, candidacy_id, of_track, stage in standing:
            found[firm_id].standing.append((of_track, stage, last.get(candidacy_id)))
        held = session.execute(
            select(Certificate.firm_id, Certificate.number, Certificate.issued_on)
            .where(Certificate.firm_id.in_(part), Certificate.track == track, Certificate.status != "void")
            .order_by(Certificate.counts_from, Certificate.id)
        )
        for firm_id, number, issued_on in held:
            found[firm_id].certificates.append((number, issued_on))
    return found


def _judge(session: Session, actor: Actor, options: ImportOptions, rows: Sequence[InputRow]) -> list[Verdict]:
    return _Judge(session, actor, options).all(rows)


def _write(session: Session, actor: Actor, batch: ImportBatch, verdicts: Sequence[Verdict]) -> int:
    """Carry the lines out; returns how many firms came, went or changed their street."""
    actor.require(Act.IMPORT_LISTS)
    done = 0
    newcomers = [verdict for verdict in verdicts if verdict.outcome == CREATE]
    ids = leads.register(session, actor, batch, [verdict.content.newcomer for verdict in newcomers])
    for verdict, firm_id in zip(newcomers, ids, strict=True):
        verdict.firm_id = firm_id
    for verdict in verdicts:
        if verdict.outcome in {MATCHED, CREATE} and verdict.firm_id is not None:
            done += _carry_out(session, actor, batch, verdict, verdict.firm_id)
    return done


def _carry_out(session: Session, actor: Actor, batch: ImportBatch, verdict: Verdict, firm_id: int) -> int:
    act: _Act = verdict.content
    by_list = actor.through("list")
    if act.way == Way.OUT:
        relocations.move_out(session, by_list, firm_id, act.on, act.reason, import_batch_id=batch.id)
    elif act.way == Way.WITHIN:
        firm = session.get_one(Firm, firm_id, populate_existing=True)
        transfer_id = transfers.transfer(
            session, by_list, firm.id, act.street or "", None, act.on, act.reason, import_batch_id=batch.id
        )
        verdict.changes = [*verdict.changes, {"transfer": transfer_id}]
    elif act.brought is not None:
        relocations.move_in(
            session,
            by_list,
            firm_id,
            act.brought,
            act.on,
            import_batch_id=batch.id,
            evidence=batch.file_name,
        )
    else:
        leads.open_on(session, actor, batch, [firm_id])
    return 1


def _refuse_touched(session: Session, batch: ImportBatch) -> None:
    """Beside moves, an edit or service: the firm has changed its street again."""
    refuse_touched(session, batch)
    marks: list[tuple[int, str]] = []
    for transfer in notices.transfers_of(session, batch):
        later = session.scalar(
            select(Transfer.id)
            .where(
                Transfer.firm_id == transfer.firm_id,
                Transfer.id > transfer.id,
                Transfer.reversed_at.is_(None),
            )
            .limit(1)
        )
        if later is not None or transfer.reversed_at is not None:
            marks.append((transfer.firm_id, MOVED))
    refuse(session, marks)


KIND = Kind(
    code=RELOCATIONS,
    label=N_("Relocations"),
    act=Act.IMPORT_LISTS,
    outcomes=(MATCHED, CREATE, UNCHANGED, TO_DECIDE, UNMATCHED, REJECTED),
    written=frozenset({MATCHED, CREATE}),
    check_options=notices.check_options,
    judge=_judge,
    write=_write,
    refuse_touched=_refuse_touched,
    take_back=notices.take_back,
    report=notices.report,
    decide=decider(_judge, _write, new=True),
)
