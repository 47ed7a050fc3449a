"""The dossier: one firm on one page, as its reader may see it, printed alone or for many firms at once."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pdfplumber
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from cultivate import clock
from cultivate.models import AuditEvent, Firm, FirmFigure, IntellectualProperty
from cultivate.services import attachments, firm_needs, service_records
from cultivate.services.firm_needs import Need
from cultivate.services.service_records import Service
from tests.fixtures import HUSHU, PARK, World
from tests.pages import send

Client = Callable[[str | None], FlaskClient]
TODAY = clock.today()
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def as_pdf(client: FlaskClient, firm: int) -> Any:
    return send(client, f"/firms/{firm}/dossier.pdf", f"/firms/{firm}/dossier")


def pages(content: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(content)) as opened:
        return [page.extract_text() for page in opened.pages]


@pytest.fixture
def full(world: World) -> int:
    """A firm of which everything is known, and more than a page holds."""
    session = world.session
    firm = world.firm("杭州犇骉智能装备制造股份有限公司", park=PARK)
    row = session.get_one(Firm, firm)
    row.contact_name, row.contact_phone, row.address = (
        "王小明",
        "13800001234",
        "石祥路 59 号 3 幢 " + "北" * 60,
    )
    row.established_on, row.field, row.staff, row.rd_staff = date(2018, 5, 7), "先进制造与自动化", 86, 21
    world.at_stage("certify", firm)
    way = world.at_stage("serve", firm, track="ptsme")
    for number in range(14):
        said = Service(
            kind="visit",
            on=TODAY - timedelta(days=number + 1),
            note=f"走访第{number}次，" + "核对研发辅助账与项目清单。" * 8,
            follow_up=f"带会计上门{number}",
            follow_up_on=TODAY + timedelta(days=number),
        )
        service_records.record_visit(session, world.caseworker, [way], said)
        firm_needs.raise_need(session, world.caseworker, firm, Need(kind="finance", text="贷款" * 60))
        attachments.attach(
            session,
            world.caseworker,
            firm,
            "audit",
            f"审计报告{number}.pdf",
            io.BytesIO(PDF + bytes([number])),
        )
        session.add(
            IntellectualProperty(
                firm_id=firm,
                kind="software",
                number=f"2024SR{number:07d}",
                number_key=f"2024SR{number:07d}",
                title="软件",
                granted_on=date(2024, 1, 1),
                created_at=clock.now(),
                updated_at=clock.now(),
            )
        )
    for year in range(TODAY.year - 4, TODAY.year):
        for figure, calibre in (("sales", "hnte"), ("rd", "tax")):
            session.add(
                FirmFigure(
                    firm_id=firm,
                    year=year,
                    figure=figure,
                    calibre=calibre,
                    value=Decimal("123456.78"),
                    source="审计报告",
                    recorded_at=clock.now(),
                )
            )
    session.commit()
    return firm


def test_one_page_with_all_that_matters(world: World, full: int, client_as: Client) -> None:
    client = client_as("caseworker")
    html = client.get(f"/firms/{full}/dossier").text
    answer = as_pdf(client, full)
    assert answer.mimetype == "application/pdf"
    (pdf,) = pages(answer.data)
    flat = pdf.replace("\n", "").replace(" ", "")
    for words in (
        "犇骉智能装备",
        "米市巷街道",
        "13800001234",
        "123,456.78*",
        "14件",
        "GR2025",
        "提出诉求：融资贷款",
        "审计报告13.pdf",
        "走访第0次",
        "走访人",
        TODAY.isoformat(),
    ):
        assert words in flat, words
        assert words in html.replace(" ", ""), words
    assert "另有22项" in flat  # of 28 things open, 6 fit
    assert "走访第9次" not in flat
    assert f"/firms/{full}/dossier" in client.get(f"/firms/{full}").text
    assert pages(as_pdf(client, full).data) == [pdf]
    english = client_as("caseworker")
    world.users["caseworker"].locale = "en"
    world.session.commit()
    (text,) = pages(as_pdf(english, full).data)
    assert all(words in text for words in ("Next step", "Notes of the visit", "and 22 more", "Page 1 of 1"))


def test_contacts_are_masked_for_who_need_not_call(full: int, client_as: Client) -> None:
    client = client_as("leader")
    (pdf,) = pages(as_pdf(client, full).data)
    html = client.get(f"/firms/{full}/dossier").text
    for text in (pdf, html):
        assert "138****1234" in text
        assert "王**" in text
        assert "13800001234" not in text
        assert "王小明" not in text


def test_a_firm_of_which_nothing_is_known_has_its_page(world: World, client_as: Client) -> None:
    firm, theirs = world.firm(uscc=""), world.firm(street=HUSHU)
    world.session.commit()
    client = client_as("caseworker")
    (pdf,) = pages(as_pdf(client, firm).data)
    html = client.get(f"/firms/{firm}/dossier").text
    for text in (pdf, html):
        assert "还没有服务记录" in text
        assert "没有待办事项" in text
    assert client.get(f"/firms/{theirs}/dossier").status_code == 404
    assert send(client, f"/firms/{theirs}/dossier.pdf", f"/firms/{firm}/dossier").status_code == 404
    assert client_as(None).get(f"/firms/{firm}/dossier").status_code == 302


def test_who_takes_one_away_is_noted_and_a_page_cannot_do_it_by_a_link(
    world: World, full: int, client_as: Client
) -> None:
    leader = client_as("leader")
    answer = as_pdf(leader, full)
    name = world.session.get_one(Firm, full).name
    assert quote(f"{name}-{TODAY:%Y%m%d}.pdf") in answer.headers["Content-Disposition"]
    (noted,) = world.session.scalars(select(AuditEvent).where(AuditEvent.verb == "export")).all()
    assert (noted.actor_id, noted.details["firms"]) == (world.users["leader"].id, [full])
    assert leader.get(f"/firms/{full}/dossier.pdf").status_code == 405
    admin = client_as("admin")
    assert "dossier.pdf" not in admin.get(f"/firms/{full}/dossier").text


def test_many_at_once_are_one_file_and_noted(world: World, client_as: Client) -> None:
    ours, theirs = [world.firm() for _number in range(3)], world.firm(street=HUSHU)
    for firm in ours:
        world.at_stage("serve", firm)
    world.session.commit()
    client = client_as("caseworker")
    query = "&".join(f"row={each}" for each in reversed(ours))
    address = f"/bulk/dossiers?area=firms&{query}"
    assert "/bulk/dossiers" in client.get("/firms").text
    answer = send(client, address)
    found = pages(answer.data)
    assert len(found) == 3
    assert "Page" not in found[0]
    assert "第 3 页" in found[2] or "3 / 3" in found[2]
    names = [world.session.get_one(Firm, each).name for each in reversed(ours)]
    assert all(name in text for name, text in zip(names, found, strict=True))
    (noted,) = world.session.scalars(select(AuditEvent).where(AuditEvent.verb == "export")).all()
    assert (noted.subject, noted.details["rows"]) == ("dossier", 3)
    world.session.commit()
    outside = send(client, f"/bulk/dossiers?area=firms&row={theirs}")
    assert outside.status_code == 404
    assert 'name="csrf_token"' in client.get(address).text
    none = client.get("/bulk/dossiers?area=firms").text
    many = client.get("/bulk/dossiers?area=firms&" + "&".join(f"row={n}" for n in range(1, 52))).text
    assert none != many
    assert "50" in many
    too_many = client_as("caseworker")
    assert (
        send(
            too_many, "/bulk/dossiers?" + "&".join(f"row={n}" for n in range(1, 52)), "/firms/new"
        ).status_code
        == 422
    )
