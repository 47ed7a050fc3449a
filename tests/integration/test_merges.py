"""Two records of one firm made one: every row, every count, every day; and two again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cultivate import clock
from cultivate.db.base import Base
from cultivate.errors import Conflict, CultivateError, Forbidden, Invalid, NotFound
from cultivate.extensions import database
from cultivate.models import (
    Attachment,
    Candidacy,
    Certificate,
    DuplicatePair,
    Firm,
    FirmFigure,
    FirmLink,
    FirmMerge,
    FirmName,
    FirmTag,
    ImportBatch,
    ImportRow,
    IntellectualProperty,
    Proposal,
    QualityTask,
    ServiceRecord,
    StoredFile,
    Tag,
)
from cultivate.queries import duplicates as queries
from cultivate.queries import ledger
from cultivate.queries import yearly_reports as reports
from cultivate.queries.merged import merged_into
from cultivate.services import (
    certificates,
    firms,
    imports,
    merges,
    proposals,
    service_records,
    stages,
    transfers,
    verification,
    yearly_reports,
)
from cultivate.services.imports import ImportOptions, ImportTouched, memory
from cultivate.services.merges import MergeTouched
from cultivate.services.stages import MoveRequest
from tests.fixtures import BANSHAN, HUSHU, MISHIXIANG, World
from tests.integration.test_ledger_properties import TODAY, Play, compare, once_a_firm, steps

DAY = date(2025, 3, 3)
LEDGER = {"stage_move", "posting", "ledger_rollup", "audit_event", "firm_merge", "transfer"}
#: made from the rest
DERIVED = "search_"
#: grow with every write, or follow the move that now stands for a certificate
BOOKKEEPING = {"version", "updated_at", "move_id"}


def merge(world: World, kept: int, gone: int, *, by: str = "bureau", **said: object) -> int:
    codes = [world.session.get_one(Firm, each).uscc for each in (kept, gone)]
    choices = {**({"uscc": "kept"} if all(codes) else {}), **said.pop("choices", {})}  # type: ignore[dict-item]
    found = merges.merge(world.session, world.actor(by), kept, gone, choices, "同一家")
    world.session.flush()
    return found


def dump(world: World) -> dict[str, list[tuple]]:
    """Every row of every table but the ledger's and the trail's."""
    world.session.flush()
    return {
        name: sorted(
            (
                tuple((key, str(value)) for key, value in row.items() if key not in BOOKKEEPING)
                for row in world.session.execute(select(table)).mappings()
            ),
        )
        for name, table in Base.metadata.tables.items()
        if name not in LEDGER and not name.startswith(DERIVED)
    }


def stock(world: World, day: date, street: str | None = None, known_at: object = None) -> dict[str, int]:
    """Accounts of hnte that are not empty, on a day."""
    found = ledger.balances(
        world.session, world.bureau.scope, "hnte", day, known_at, "unit" if street else None
    )  # type: ignore[arg-type]
    held = found.get(world.units[street].id if street else 0)
    return {} if held is None else {key: n for key, n in held.accounts.items() if n and key != "outside"}


def stage_of(world: World, candidacy: int) -> str:
    return world.session.get_one(Candidacy, candidacy, populate_existing=True).stage


def check(world: World) -> None:
    assert verification.verify(world.session) == []
    once_a_firm(world.session)
    compare(world, TODAY, None)


def test_the_firm_that_goes_leads_to_the_one_that_stays(world: World) -> None:
    kept, gone = world.firm("杭州云创科技有限公司"), world.firm("云创科技（杭州）有限公司", uscc="")
    merge_id = merge(world, kept, gone)
    firm = world.session.get_one(Firm, gone, populate_existing=True)
    assert firm.deleted_at is not None
    assert merged_into(world.session, world.bureau.scope, gone) == kept
    assert merged_into(world.session, world.caseworker.scope, gone) == kept
    assert merged_into(world.session, world.actor("neighbour").scope, gone) is None
    assert merged_into(world.session, world.bureau.scope, kept) is None
    names = world.session.scalars(select(FirmName.name).where(FirmName.firm_id == kept)).all()
    assert names == ["云创科技（杭州）有限公司"]
    assert [row.gone for row in queries.merges_of(world.session, world.bureau.scope, kept)] == [
        "云创科技（杭州）有限公司"
    ]
    from cultivate.queries.firms import FirmFilter, list_firms

    found = list_firms(world.session, world.bureau.scope, FirmFilter(q="云创科技（杭州）"))
    assert [row.id for row in found.items] == [kept]
    merges.undo_merge(world.session, world.bureau, merge_id)
    assert merged_into(world.session, world.bureau.scope, gone) is None


def test_what_the_one_does_not_know_it_takes_from_the_other(world: World) -> None:
    kept, gone = world.firm(uscc=""), world.firm()
    code = world.session.get_one(Firm, gone).uscc
    world.session.get_one(Firm, kept).staff = 12
    world.session.get_one(Firm, gone).staff = 15
    world.session.get_one(Firm, gone).registered_capital = Decimal(500)
    world.session.get_one(Firm, gone).established_on = date(2019, 5, 6)
    world.session.flush()
    merge(world, kept, gone)
    firm = world.session.get_one(Firm, kept, populate_existing=True)
    assert (firm.uscc, firm.staff) == (code, 12)
    assert (firm.registered_capital, firm.established_on) == (Decimal(500), date(2019, 5, 6))


def test_where_they_differ_a_person_chooses(world: World) -> None:
    kept, gone = world.firm("杭州云创科技有限公司"), world.firm("杭州云创科技有限公司2")
    for firm_id, staff in ((kept, 12), (gone, 15)):
        world.session.get_one(Firm, firm_id).staff = staff
    world.session.flush()
    act = world.session, world.bureau, kept, gone
    with pytest.raises(Invalid) as refused:
        merges.merge(*act)
    assert refused.value.problem == "two-codes"
    with pytest.raises(Invalid) as refused:
        merges.merge(*act, {"uscc": "gone"})
    assert refused.value.field == "reason"
    code = world.session.get_one(Firm, gone).uscc
    merges.merge(*act, {"uscc": "gone", "name": "gone", "staff": "gone"}, "录错一位")
    firm = world.session.get_one(Firm, kept, populate_existing=True)
    assert (firm.uscc, firm.name, firm.staff) == (code, "杭州云创科技有限公司2", 15)
    names = world.session.scalars(select(FirmName.name).where(FirmName.firm_id == kept)).all()
    assert names == ["杭州云创科技有限公司"]


def full_firm(world: World, kept: int, gone: int) -> None:
    """Give both firms something of every kind that can hang on a firm, some of it double."""
    session, now, by = world.session, clock.now(), world.users["bureau"].id
    digest = "a" * 64
    session.add(StoredFile(digest=digest, size=1, media_type="image/png", created_at=now))
    tags = [Tag(name=name, name_key=name, created_at=now) for name in ("甲", "乙")]
    third = world.firm()
    batch = ImportBatch(
        kind="certificates",
        status="committed",
        file_name="a.csv",
        digest="0" * 64,
        content=b"",
        track="hnte",
        by_id=by,
        created_at=now,
    )
    session.add_all([*tags, batch])
    session.flush()
    session.add_all(
        [
            FirmName(firm_id=gone, name="杭州旧名科技有限公司", name_key="杭州旧名科技有限公司"),
            FirmName(firm_id=gone, name="杭州双名科技有限公司", name_key="杭州双名科技有限公司"),
            FirmName(firm_id=kept, name="杭州双名科技有限公司", name_key="杭州双名科技有限公司"),
            Attachment(firm_id=gone, digest=digest, name="执照.png", recorded_at=now),
            FirmTag(tag_id=tags[0].id, firm_id=gone, at=now),
            FirmTag(tag_id=tags[1].id, firm_id=gone, at=now),
            FirmTag(tag_id=tags[1].id, firm_id=kept, at=now),
            QualityTask(firm_id=gone, rule="x", owner_id=by, due_on=DAY, created_at=now),
            QualityTask(firm_id=gone, rule="y", owner_id=by, due_on=DAY, created_at=now),
            QualityTask(firm_id=kept, rule="y", owner_id=by, due_on=DAY, created_at=now),
            FirmLink(firm_id=gone, other_id=third, kind="branch", recorded_at=now),
            FirmLink(firm_id=third, other_id=gone, kind="affiliate", recorded_at=now),
            FirmLink(firm_id=gone, other_id=kept, kind="affiliate", recorded_at=now),
            ImportRow(
                batch_id=batch.id,
                number=2,
                outcome="matched",
                firm_id=gone,
                decision="ours",
                decided_at=now,
                values={"name": "杭州近名科技有限公司"},
            ),
            DuplicatePair(firm_id=min(kept, gone), other_id=max(kept, gone), found_at=now),
            DuplicatePair(firm_id=min(third, gone), other_id=max(third, gone), found_at=now),
        ]
    )
    for firm_id, value in ((kept, 100), (gone, 120)):
        session.add(
            FirmFigure(firm_id=firm_id, year=2024, figure="sales", value=Decimal(value), recorded_at=now)
        )
        session.add(
            IntellectualProperty(
                firm_id=firm_id,
                kind="invention",
                number="ZL1",
                number_key="1",
                granted_on=DAY,
                created_at=now,
                updated_at=now,
            )
        )
    session.add(FirmFigure(firm_id=gone, year=2023, figure="rd", value=Decimal("12.5"), recorded_at=now))
    session.add(
        IntellectualProperty(
            firm_id=gone, kind="utility", number="ZL2", number_key="2", created_at=now, updated_at=now
        )
    )
    session.flush()


def test_every_child_changes_hands_and_goes_back_to_the_last_row(world: World) -> None:
    kept, gone = (
        world.firm("杭州云创科技有限公司"),
        world.firm("云创科技（杭州）有限公司", street=HUSHU),
    )
    full_firm(world, kept, gone)
    mine = world.at_stage("serve", kept, on=DAY)
    theirs = world.at_stage("recommend", gone, on=DAY)
    elsewhere = world.at_stage("certify", gone, "ptsme", on=DAY)
    service_records.record(world.session, world.bureau, mine, "visit", DAY, "在旧记录上")
    proposals.propose(world.session, world.caseworker, mine, "recommend", "条件具备")
    before, counted = dump(world), stock(world, TODAY)
    merge_id = merge(world, kept, gone)
    check(world)

    def of(model: type, *columns: str) -> list[tuple]:
        rows = world.session.scalars(select(model).where(model.firm_id == kept).order_by(model.id))  # type: ignore[attr-defined]
        return [tuple(getattr(row, name) for name in columns) for row in rows]

    assert {name for (name,) in of(FirmName, "name")} == {
        "杭州旧名科技有限公司",
        "杭州双名科技有限公司",
        "云创科技（杭州）有限公司",
    }
    assert of(Attachment, "name") == [("执照.png",)]
    assert of(IntellectualProperty, "number") == [("ZL1",), ("ZL2",)]
    assert sorted(of(QualityTask, "rule")) == [("x",), ("y",)]
    assert len(world.session.scalars(select(FirmTag).where(FirmTag.firm_id == kept)).all()) == 2
    current = [row for row in of(FirmFigure, "year", "figure", "value", "replaced_at") if row[3] is None]
    assert [row[:3] for row in current] == [(2024, "sales", Decimal(100)), (2023, "rd", Decimal("12.5"))]
    assert len(of(FirmFigure, "id")) == 3, "the other figure is kept as what was said before"
    assert memory.decisions(world.session, "hnte")["杭州近名科技有限公司"].firm_id == kept
    links = queries.links_of(world.session, world.bureau.scope, kept)
    assert [(row.kind, row.forward) for row in links] == [("branch", True), ("affiliate", False)]
    pairs = dict(world.session.execute(select(DuplicatePair.id, DuplicatePair.status)).all())
    assert sorted(pairs.values()) == ["gone", "merged"]
    ways = {row.id: row for row in world.session.scalars(select(Candidacy).where(Candidacy.firm_id == kept))}
    assert set(ways) == {mine, theirs, elsewhere}
    assert (ways[mine].stage, ways[theirs].stage, ways[elsewhere].stage) == (
        "outside",
        "recommend",
        "certify",
    )
    assert (ways[theirs].cycle, ways[elsewhere].cycle) == (1, 1), "a way taken back is no round"
    assert set(world.session.scalars(select(ServiceRecord.candidacy_id))) == {theirs, elsewhere}
    assert set(world.session.scalars(select(Proposal.candidacy_id))) == {theirs}
    assert {row.street_id for key, row in ways.items() if key != mine} == {world.units[MISHIXIANG].id}

    merges.undo_merge(world.session, world.bureau, merge_id)
    check(world)
    after = dump(world)
    for name, rows in before.items():
        assert after[name] == rows, name
    assert stock(world, TODAY) == counted


def test_a_lead_registered_twice_counts_once_on_every_day(world: World) -> None:
    kept, gone = world.firm(), world.firm(uscc="", street=HUSHU)
    world.at_stage("serve", kept, on=date(2025, 5, 5))
    world.candidacy(gone, on=date(2025, 3, 3))
    told = clock.now()
    assert stock(world, TODAY) == {"discover": 1, "serve": 1}
    merge_id = merge(world, kept, gone)
    for day in (date(2025, 4, 1), date(2025, 5, 5), TODAY):
        assert sum(stock(world, day).values()) == (1 if day >= date(2025, 5, 5) else 0)
    assert stock(world, TODAY) == {"serve": 1}
    assert stock(world, TODAY, HUSHU) == {}
    assert stock(world, TODAY, None, told) == {"discover": 1, "serve": 1}, "last week's report stays"
    flow = ledger.flows(world.session, world.bureau.scope, "hnte", date(2025, 1, 1), TODAY)[0]
    assert flow["discover"].entered == 1
    check(world)
    merges.undo_merge(world.session, world.bureau, merge_id)
    assert stock(world, TODAY) == {"discover": 1, "serve": 1}
    check(world)


def test_the_way_that_was_chosen_goes_on(world: World) -> None:
    kept, gone = world.firm(), world.firm(uscc="")
    further, chosen = world.at_stage("serve", kept, on=DAY), world.candidacy(gone, on=DAY)
    merge(world, kept, gone, choices={"track:hnte": "gone"})
    assert (stage_of(world, further), stage_of(world, chosen)) == ("outside", "discover")
    check(world)


def test_past_days_keep_their_street_and_from_today_the_firm_counts_where_it_lies(world: World) -> None:
    kept, gone = world.firm(street=MISHIXIANG), world.firm(street=HUSHU)
    world.at_stage("certify", gone, on=DAY)
    merge_id = merge(world, kept, gone)
    yesterday = TODAY - timedelta(days=1)
    assert stock(world, yesterday, HUSHU) == {"certify": 1}
    assert stock(world, TODAY, HUSHU) == {}
    assert stock(world, TODAY, MISHIXIANG) == {"certify": 1}
    check(world)
    merges.undo_merge(world.session, world.bureau, merge_id)
    assert stock(world, TODAY, HUSHU) == {"certify": 1}
    check(world)


def test_one_certificate_recorded_twice_counts_once(world: World) -> None:
    kept, gone = world.firm(), world.firm(uscc="")
    first = world.at_stage("certify", kept, on=DAY)
    certificates.certify_by_list(world.session, world.bureau, gone, "hnte", "GR202533999999", DAY)
    merge_id = merge(world, kept, gone)
    assert stock(world, TODAY) == stock(world, DAY) == {"certify": 1}
    assert stage_of(world, first) == "certify"
    statuses = world.session.scalars(select(Certificate.status).where(Certificate.firm_id == kept)).all()
    assert sorted(statuses) == ["valid", "void"]
    check(world)
    merges.undo_merge(world.session, world.bureau, merge_id)
    assert stock(world, TODAY) == {"certify": 2}
    check(world)


def test_notes_of_yearly_reports_go_to_the_certificate_that_stays(world: World) -> None:
    """Of a year that both speak of the note on that certificate stands; an undo gives each its own again."""
    kept, gone = world.firm(), world.firm(uscc="")
    issued = date(2023, 12, 8)
    with clock.standing_at(clock.at(issued)):
        mine = world.at_stage("certify", kept, on=issued)
        certificates.certify_by_list(world.session, world.bureau, gone, "hnte", "GR202333999999", issued)
    held = {
        row.candidacy_id == mine: row.id
        for row in world.session.scalars(select(Certificate).order_by(Certificate.id))
    }
    said = [(False, 2023, "filed"), (False, 2024, "missed"), (True, 2024, "filed")]
    for stays, year, state in said:
        note = yearly_reports.Note(year=year, state=state, filed_on=date(year + 1, 5, 6))
        yearly_reports.note(world.session, world.bureau, held[stays], note, 0)

    def states() -> dict[int, str]:
        rows = reports.of_certificate(world.session, held[True], date(2026, 11, 20))
        return {row.year: row.state for row in rows}

    before, dumped = states(), dump(world)
    assert before == {2023: "missed", 2024: "filed", 2025: "missed"}
    merge_id = merge(world, kept, gone)
    assert states() == {2023: "filed", 2024: "filed", 2025: "missed"}
    check(world)
    merges.undo_merge(world.session, world.bureau, merge_id)
    assert states() == before
    assert dump(world)["yearly_report"] == dumped["yearly_report"]


def test_a_renewal_under_the_new_name_takes_the_older_certificate_out(world: World) -> None:
    """The renamed firm was registered anew and recognised again: two certificates, one after the other."""
    kept, gone = world.firm(), world.firm()
    older = world.at_stage("certify", gone, on=date(2023, 12, 8))
    world.at_stage("certify", kept, on=date(2026, 11, 2))
    assert stock(world, date(2026, 11, 5)) == {"certify": 2}
    merge_id = merge(world, kept, gone)
    assert stock(world, date(2026, 11, 1)) == {"certify": 1}
    assert stock(world, date(2026, 11, 5)) == {"certify": 1, "superseded": 1}
    assert stage_of(world, older) == "superseded"
    check(world)
    merges.undo_merge(world.session, world.bureau, merge_id)
    assert stock(world, date(2026, 11, 5)) == {"certify": 2}
    check(world)


def test_a_lead_beside_a_certificate_is_its_renewal_or_is_taken_back(world: World) -> None:
    for issued, stays in ((date(TODAY.year - 3, 12, 8), True), (date(TODAY.year - 1, 12, 8), False)):
        kept, gone = world.firm(), world.firm(uscc="")
        held = world.at_stage("certify", kept, on=issued)
        lead = world.candidacy(gone, on=date(TODAY.year, 2, 2))
        merge_id = merge(world, kept, gone)
        row = world.session.get_one(Candidacy, lead, populate_existing=True)
        assert (row.stage, row.renews_id) == (("discover", held) if stays else ("outside", None))
        assert stage_of(world, held) == "certify"
        check(world)
        merges.undo_merge(world.session, world.bureau, merge_id)
        assert world.session.get_one(Candidacy, lead, populate_existing=True).renews_id is None
        check(world)


def test_what_a_taken_back_entry_had_superseded_counts_again(world: World) -> None:
    """Of two records one knows the older certificate; the newest was recorded on both."""
    kept, gone = world.firm(), world.firm()
    older = world.at_stage("certify", gone, on=date(2022, 3, 1))
    for firm_id in (gone, kept):
        certificates.certify_by_list(
            world.session, world.bureau, firm_id, "hnte", "GR202533000777", date(2025, 2, 3)
        )
    assert stage_of(world, older) == "superseded"
    merge_id = merge(world, kept, gone)
    assert stage_of(world, older) == "superseded"
    assert stock(world, date(2025, 2, 2)) == {"certify": 1}
    assert stock(world, TODAY) == {"certify": 1, "superseded": 1}
    check(world)
    merges.undo_merge(world.session, world.bureau, merge_id)
    check(world)
    last = world.session.scalar(
        select(Certificate.candidacy_id).where(
            Certificate.firm_id == gone, Certificate.number == "GR202533000777"
        )
    )
    # the entry that now stands can still be taken back, and lets the older certificate stand again
    from cultivate.queries.candidacies import booked_moves
    from cultivate.services import reversals

    entry = [move for move in booked_moves(world.session, last or 0) if move.to_account == "certify"][-1]
    reversals.reverse(world.session, world.bureau, entry.id, "录错")
    assert stage_of(world, older) == "certify"
    check(world)


def test_the_books_hold_when_the_merged_firm_goes_on(world: World) -> None:
    """An official list from before the merge, a transfer, a reversal: each finds the way that came over."""
    kept, gone = world.firm(street=MISHIXIANG), world.firm(uscc="", street=HUSHU)
    lead = world.candidacy(gone, on=DAY)
    merge(world, kept, gone)
    certificates.certify_by_list(
        world.session, world.bureau, kept, "hnte", "GR202533000001", date(2025, 8, 8)
    )
    assert stage_of(world, lead) == "certify"
    assert stock(world, TODAY, MISHIXIANG) == {"certify": 1}
    check(world)
    transfers.transfer(world.session, world.bureau, kept, BANSHAN, None, TODAY, "搬迁")
    assert stock(world, TODAY, BANSHAN) == {"certify": 1}
    check(world)


def test_a_change_of_street_that_came_with_a_merge_is_not_taken_back_alone(world: World) -> None:
    from cultivate.queries.candidacies import booked_moves
    from cultivate.services import reversals

    kept, gone = world.firm(street=MISHIXIANG), world.firm(uscc="", street=HUSHU)
    lead = world.candidacy(gone, on=DAY)
    merge(world, kept, gone)
    with pytest.raises(Invalid, match="merge"):
        reversals.reverse(world.session, world.bureau, booked_moves(world.session, lead)[-1].id, "录错")


@pytest.mark.parametrize("what", ["edit", "move", "service", "merge", "code"])
def test_undo_refuses_where_something_happened_since(world: World, what: str) -> None:
    kept, gone = world.firm(), world.firm()
    lead = world.candidacy(gone, on=DAY)
    merge_id = merge(world, kept, gone)
    code = world.session.get_one(Firm, gone).uscc
    if what == "edit":
        firms.update(world.session, world.bureau, kept, firms.FirmData(staff=99))
    elif what == "move":
        stages.move(world.session, world.bureau, lead, MoveRequest("serve", DAY))
    elif what == "service":
        service_records.record(world.session, world.bureau, lead, "visit", DAY, "")
    elif what == "merge":
        merge(world, world.firm(uscc=""), kept)
    else:
        world.firm(uscc=code)
    with pytest.raises(MergeTouched) as refused:
        merges.undo_merge(world.session, world.bureau, merge_id)
    assert refused.value.what
    assert world.session.get_one(FirmMerge, merge_id).undone_at is None


@pytest.mark.parametrize("moved", [True, False])
def test_an_import_knows_what_a_merge_did_to_its_firms(world: World, moved: bool) -> None:
    """A list certified the firm that goes; taking the list back finds its moves at the firm that stays."""
    kept, gone = (
        world.firm("杭州云创科技有限公司"),
        world.firm("杭州数桥科技有限公司", HUSHU if moved else MISHIXIANG),
    )
    text = "企业名称,证书编号\n杭州数桥科技有限公司,GR202533000123\n"
    options = ImportOptions(track="hnte", issued_on=date(2025, 12, 8))
    report = imports.run(
        world.session, world.bureau, "certificates", "名单.csv", text.encode(), options, dry_run=False
    )
    assert report["matched"] == 1
    merge_id = merge(world, kept, gone)
    check(world)
    if moved:
        with pytest.raises(ImportTouched):
            imports.undo(world.session, world.bureau, report["batch"])
        merges.undo_merge(world.session, world.bureau, merge_id)
        check(world)
        with pytest.raises(ImportTouched):  # counter-moves are moves: something has happened to the firm
            imports.undo(world.session, world.bureau, report["batch"])
        assert stock(world, TODAY, HUSHU) == {"certify": 1}
    else:
        imports.undo(world.session, world.bureau, report["batch"])
        check(world)
        with pytest.raises(MergeTouched):
            merges.undo_merge(world.session, world.bureau, merge_id)
        assert stock(world, TODAY) == {}
    check(world)


def test_merges_come_apart_in_the_order_of_a_stack(world: World) -> None:
    a, b, c = world.firm(), world.firm(uscc=""), world.firm(uscc="")
    for each in (a, b, c):
        world.candidacy(each, on=DAY)
    before = dump(world)
    first = merge(world, b, c)
    second = merge(world, a, b)
    assert merged_into(world.session, world.bureau.scope, c) == a
    assert stock(world, TODAY) == {"discover": 1}
    check(world)
    merges.undo_merge(world.session, world.bureau, second)
    merges.undo_merge(world.session, world.bureau, first)
    check(world)
    assert dump(world) == before
    with pytest.raises(Conflict):
        merges.undo_merge(world.session, world.bureau, first)


def test_who_may(world: World) -> None:
    mine, twin, other = world.firm(), world.firm(uscc=""), world.firm(street=HUSHU, uscc="")
    with pytest.raises(NotFound):
        merge(world, mine, other, by="caseworker")
    with pytest.raises(Forbidden):
        merge(world, mine, twin, by="leader")
    with pytest.raises(Invalid):
        merge(world, mine, mine)
    merge_id = merge(world, mine, twin, by="caseworker")
    with pytest.raises(NotFound):
        merges.undo_merge(world.session, world.actor("neighbour"), merge_id)
    merges.undo_merge(world.session, world.caseworker, merge_id)
    by_bureau = merge(world, mine, twin)
    with pytest.raises(Forbidden):
        merges.undo_merge(world.session, world.caseworker, by_bureau)


def test_a_caseworker_cannot_take_back_by_a_merge_what_the_bureau_decided(world: World) -> None:
    mine, twin = world.firm(), world.firm()
    world.at_stage("recommend", mine, on=DAY)
    world.at_stage("recommend", twin, on=DAY)
    world.session.commit()
    with pytest.raises(Forbidden) as refused:
        merge(world, mine, twin, by="caseworker")
    assert refused.value.problem == "bureau-merges"
    world.session.rollback()
    assert world.session.get_one(Firm, twin).deleted_at is None
    leads = world.firm(), world.firm()
    for each in leads:
        world.candidacy(each, on=DAY)
    merge(world, *leads, by="caseworker")
    check(world)


def test_two_people_at_once_and_one_of_them_learns_of_it(app: Flask, world: World) -> None:
    kept, gone = world.firm(), world.firm(uscc="")
    world.candidacy(kept, on=DAY)
    world.candidacy(gone, on=DAY)
    world.session.commit()

    def attempt(ends: tuple[int, int]) -> str:
        with app.app_context():
            try:
                with database().unit_of_work() as session:
                    merges.merge(session, world.bureau, *ends, {"uscc": "kept"}, "同一家")
            except CultivateError as error:
                return error.problem
        return "merged"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(attempt, [(kept, gone), (gone, kept)] * 2))
    assert sorted(answers) == ["conflict", "conflict", "conflict", "merged"]
    world.session.expire_all()
    check(world)


def test_every_table_that_names_a_firm_is_known_to_the_merge() -> None:
    """A new child table must say what a merge does with it: add it to ``services/merges/children``."""
    names = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "firm"
    }
    handled = {
        "assessment.firm_id",
        "attachment.firm_id",
        "candidacy.firm_id",
        "certificate.firm_id",
        "duplicate_pair.firm_id",
        "duplicate_pair.other_id",
        "firm_fact.firm_id",
        "firm_figure.firm_id",
        "firm_link.firm_id",
        "firm_link.other_id",
        "firm_name.firm_id",
        "firm_need.firm_id",
        "firm_tag.firm_id",
        "import_row.firm_id",
        "intellectual_property.firm_id",
        "quality_task.firm_id",
        "screening.firm_id",
        "screening_change.firm_id",
        "scenario.firm_id",
        # the history of the record itself: stays with it
        "firm_merge.kept_id",
        "firm_merge.gone_id",
        "transfer.firm_id",
    }
    assert names == handled


firm_numbers = st.integers(0, 3)
merge_steps = st.one_of(
    st.tuples(st.just("merge"), firm_numbers, firm_numbers, st.sampled_from([{}, {"track:hnte": "gone"}])),
    st.tuples(st.just("unmerge"), firm_numbers, st.none(), st.none()),
)


class MergingPlay(Play):
    """Random histories with merges and their undoing among them."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.merges: list[int] = []
        self.done = 0
        self.undone = 0

    def carry_out(self, step: tuple) -> None:
        name, firm, *rest = step
        if name not in {"merge", "unmerge", "lapse", "renew"}:
            row = self.session.get_one(Firm, self.firms[firm], populate_existing=True)
            if row.deleted_at is not None:
                return
        if name in {"merge", "unmerge"}:
            try:
                with self.session.begin_nested():
                    getattr(self, name)(firm, *rest)
            except CultivateError:
                self.session.expire_all()
            self.moments.append(clock.now())
            return
        super().carry_out(step)

    def merge(self, kept: int, gone: int, choices: dict[str, str]) -> None:
        said = {"uscc": "kept", **choices}
        ends = self.firms[kept], self.firms[gone]
        self.merges.append(merges.merge(self.session, self.world.bureau, *ends, said, "同一家"))
        self.done += 1

    def unmerge(self, _firm: int, *_: None) -> None:
        if self.merges:
            merges.undo_merge(self.session, self.world.bureau, self.merges[-1])
            self.merges.pop()
            self.undone += 1


@pytest.mark.slow
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    script=st.lists(steps, min_size=3, max_size=14),
    ends=st.permutations([0, 1, 2, 3]),
    then=st.lists(st.one_of(steps, merge_steps), max_size=8),
    choice=st.sampled_from([{}, {"track:hnte": "gone", "track:ptsme": "gone"}, {"track:hnte": "kept"}]),
    probe=st.integers(0, 13),
)
def test_whatever_happened_a_merge_and_its_undoing_keep_the_books(
    app: Flask, world: World, script: list, ends: list[int], then: list, choice: dict, probe: int
) -> None:
    savepoint = world.session.begin_nested()
    try:
        play = MergingPlay(world)
        for step in script:
            play.carry_out(step)
        known_at = play.moments[probe % len(play.moments)]
        # a merge books lapses that are due, as the job of the night would; they are not its own and stay
        certificates.post_lapses(world.session, world.bureau, clock.today())
        before = dump(world)
        kept, gone = play.firms[ends[0]], play.firms[ends[1]]
        said = {"uscc": "kept", **choice}
        merge_id = merges.merge(world.session, world.bureau, kept, gone, said, "同一家")
        check(world)
        compare(world, TODAY, known_at)
        merges.undo_merge(world.session, world.bureau, merge_id)
        check(world)
        assert dump(world) == before
        for step in [("merge", ends[0], ends[1], choice), *then]:
            play.carry_out(step)
            world.session.expire_all()
        assert play.done
        check(world)
        compare(world, TODAY - timedelta(days=400), known_at)
    finally:
        savepoint.rollback()
