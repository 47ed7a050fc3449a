"""A batch against the official list: both sides add up, and what is missing is given back at once."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from cultivate.errors import Conflict, Invalid
from cultivate.models import Firm
from cultivate.queries import batch_entries, batch_reconciling
from cultivate.queries.application_batches import get_batch
from cultivate.queries.batch_entries import EntryFilter
from cultivate.services import application_batches, stages
from cultivate.services.imports import ImportOptions
from cultivate.services.stages import MoveRequest
from tests.fixtures import World, credit_code
from tests.import_files import csv, take_in
from tests.pages import send

Client = Callable[[str | None], FlaskClient]
HEADER = ("企业名称", "统一社会信用代码", "证书编号")
DAY = date(2025, 6, 2)


def test_a_list_is_reconciled(world: World, client_as: Client) -> None:
    session, batch_id = world.session, world.batches["hnte"]
    passed, renamed, missing, back = (world.at_stage("recommend", on=DAY) for _ in range(4))
    stages.move(session, world.bureau, back, MoveRequest("serve", reason="材料不齐"))
    elsewhere = world.at_stage("discover", on=DAY)

    def line(candidacy: int, number: int, name: str = "") -> tuple[str, str, str]:
        entry = stages.candidacy_in_scope(session, world.bureau, candidacy)
        firm = session.get_one(Firm, entry.firm_id)
        return name or firm.name, firm.uscc or "", f"GR20253300{number:04d}"

    content = csv(
        line(passed, 1),
        line(renamed, 2, "杭州改名之后科技有限公司"),
        line(elsewhere, 3),
        ("宁波毫不相干材料股份有限公司", credit_code(9901), "GR202533009999"),
        ("杭州错码科技有限公司", "12345", "GR202533009998"),
        header=HEADER,
    )
    options = ImportOptions(track="hnte", issued_on=date(2025, 12, 19))
    made = take_in(session, world.bureau, content, options, kind="certificates")["batch"]
    version = get_batch(session, batch_id).version
    with pytest.raises(Invalid):
        application_batches.link_list(session, world.bureau, world.batches["ptsme"], made, 1)
    application_batches.link_list(session, world.bureau, batch_id, made, version)
    with pytest.raises(Conflict):
        application_batches.link_list(session, world.bureau, batch_id, None, version)
    batch = get_batch(session, batch_id)
    assert batch.days.announced_on == date(2025, 12, 19)
    found = batch_reconciling.reconcile(session, world.bureau.scope, batch)
    assert (found.announced, found.odd, found.not_listed, found.settled, found.firms) == (2, 0, 1, 1, 4)
    assert (found.others, found.waiting, found.strangers, found.rejected, found.lines) == (1, 0, 1, 1, 5)
    assert [each.listed_name for each in found.renamed] == ["杭州改名之后科技有限公司"]
    wanted = EntryFilter(state=batch_entries.WAITING, listed="no")
    rows = batch_entries.list_entries(session, world.bureau.scope, batch_id, wanted).items
    assert [row.candidacy_id for row in rows] == [missing]
    session.commit()
    client = client_as("bureau")
    assert f"/batches/{batch_id}/acts/not_pass?all=1" in client.get(f"/batches/{batch_id}/reconcile").text
    page = f"/batches/{batch_id}/acts/not_pass?all=1&state=waiting&listed=no"
    send(client, page, key="b" * 32, reason="不在公示名单", retry_year=2026)
    session.expire_all()
    found = batch_reconciling.reconcile(session, world.bureau.scope, get_batch(session, batch_id))
    assert (found.not_listed, found.settled, found.firms) == (0, 2, 4)
    row = batch_entries.find_entry(session, world.bureau.scope, batch_id, missing)
    assert (row.state, row.reason, row.retry_year) == ("not_passed", "不在公示名单", 2026)
