"""One firm from a lobby to the lapse of its certificate, through the pages that people use, day by day.

After each step the books are asked: the counts of the district, which must move by this firm and by nothing
else.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from cultivate import clock
from cultivate.db.engine import Database
from cultivate.domain.periods import Period
from cultivate.domain.scope import WHOLE_DISTRICT
from cultivate.models import Firm
from cultivate.queries import ledger
from cultivate.services.verification import verify
from jobs import certificate_expiry, renewals
from tests.browser.site import Site, demonstration, enter
from tests.fixtures import credit_code

pytestmark = pytest.mark.browser
OPENING = date(2026, 3, 2)
TRACK = "hnte"
NAME = "杭州一生精密仪器有限公司"
CODE = credit_code(9871)
BATCH = "2026年度高企第八批"
NUMBER = "GR202633009871"
ISSUED, LAST = date(2026, 11, 27), date(2029, 11, 27)


class Life:
    """The site on a day that the test chooses, and what its books say."""

    def __init__(self, site: Site, browser: Browser, traveller: time_machine.Traveller) -> None:
        self.site = site
        self.browser = browser
        self.traveller = traveller
        self.before = self.counts()

    def stand_at(self, day: date, hour: int = 9) -> None:
        """Another day; what the calendar alone did to the counts until then is not this firm's doing."""
        self.traveller.move_to(datetime.combine(day, time(hour), tzinfo=clock.zone()))
        self.before = self.counts()

    @contextmanager
    def person(self, username: str, width: int = 1440) -> Iterator[Page]:
        """A fresh log-in, as on another day."""
        context = enter(self.browser, self.site, username, width)
        page = context.new_page()
        trouble: list[str] = []
        page.on("pageerror", lambda error: trouble.append(str(error)))
        yield page
        context.close()
        assert trouble == []

    def counts(self) -> dict[str, int]:
        """All accounts of the track in the whole district today, with the certificates in force."""
        with self.site.app.extensions["database"].reading() as session:
            stock = ledger.balances(session, WHOLE_DISTRICT, TRACK, clock.today())[0]
        return {**stock.accounts, "in_force": stock.in_force}

    def moved(self, **by: int) -> None:
        """The counts differ from the last time by this and by nothing else, and the books hold."""
        now = self.counts()
        changed = {name: now[name] - number for name, number in self.before.items() if now[name] != number}
        changed.pop("outside", None)
        assert changed == by
        self.before = now

    @property
    def firm(self) -> int:
        with self.site.app.extensions["database"].reading() as session:
            return session.scalars(select(Firm.id).where(Firm.uscc == CODE)).one()

    def job(self, run: Callable[[Database, Period], str]) -> int:
        """Do a nightly job as of today; how many it says it booked."""
        said = run(self.site.app.extensions["database"], Period("", clock.today(), clock.now()))
        return int(re.sub(r"\D", "", said))

    def books_hold(self) -> None:
        with self.site.app.extensions["database"].reading() as session:
            assert verify(session) == []


@pytest.fixture(scope="module")
def district() -> Iterator[Site]:
    """A small district of its own whose data end on the opening day."""
    with demonstration(60, OPENING) as made:
        yield made


def test_from_the_lobby_to_the_lapse(district: Site, browser: Browser) -> None:
    with time_machine.travel(datetime.combine(OPENING, time(9), tzinfo=clock.zone()), tick=True) as traveller:
        life = Life(district, browser, traveller)
        in_the_lobby(life)
        into_service(life)
        close_the_gap(life)
        propose(life)
        take_in(life)
        gather_the_papers(life)
        hand_up_and_make_public(life)
        list_comes(life)
        renewal_opens(life)
        lapse(life)
        life.books_hold()


def in_the_lobby(life: Life) -> None:
    life.stand_at(date(2026, 3, 3))
    with life.person("caseworker", 390) as page:
        page.goto("/field")
        page.fill("#uscc", CODE)
        page.fill("#name", NAME)
        page.check("#served")
        page.fill("#service_note", "大厅里谈了半小时，想报高企")
        page.click("#field-form button[type=submit]")
        expect(page.locator("#field-list li[data-state=sent]")).to_have_count(1)
    life.moved(discover=1)


def track_of(page: Page, track: str = TRACK) -> Locator:
    return page.locator("section.firm-track", has=page.locator(f"#track-{track}"))


def save(page: Page) -> None:
    page.locator("main").get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".notice-good")).to_be_visible()


def into_service(life: Life) -> None:
    life.stand_at(date(2026, 3, 9))
    with life.person("caseworker", 390) as page:
        page.goto(f"/firms/{life.firm}")
        track_of(page).get_by_role("button", name="转入服务").click()
        expect(page.locator(".notice-good")).to_be_visible()
    life.moved(discover=-1, serve=1)


def close_the_gap(life: Life) -> None:
    life.stand_at(date(2026, 3, 16))
    with life.person("caseworker") as page:
        page.goto(f"/firms/{life.firm}/edit")
        for name, value in {
            "established_on": "2019-05-06",
            "staff": "60",
            "rd_staff": "9",
            "class1_ip": "2",
        }.items():
            page.fill(f"[name={name}]", value)
        page.select_option("[name=field]", "先进制造与自动化")
        save(page)
        for year, rd in {2023: "150", 2024: "160", 2025: "40"}.items():
            write_figures(life, page, year, rd=rd)
        card = page.locator(f"#gap-{TRACK}")
        expect(card).to_contain_text("130 万元")  # 5 % of 9,600 less 350
        expect(card.locator(".gap-word")).to_have_text("还差 1 项")
        write_figures(life, page, 2025, rd="260")  # the bookkeeping help found what had gone to production
        expect(card.locator(".is-not_met")).to_have_count(0)
    life.moved()


def write_figures(life: Life, page: Page, year: int, rd: str) -> None:
    page.goto(f"/firms/{life.firm}/figures?year={year}&calibre=hnte")
    said = {
        "sales": "3200",
        "total_income": "3300",
        "hitech_income": "2600",
        "rd": rd,
        "rd_domestic": rd,
        "net_assets": "900",
    }
    for name, value in said.items():
        page.fill(f".figure-fields [name$={name}]", value)
    save(page)
    page.goto(f"/firms/{life.firm}")


def propose(life: Life) -> None:
    """A batch opens, help is written down, and the street puts the firm before the bureau."""
    life.stand_at(date(2026, 3, 23))
    with life.person("bureau") as page:
        page.goto(f"/batches/new?track={TRACK}&year=2026")
        for name, value in {
            "title": BATCH,
            "round": "8",
            "opens_on": "2026-03-20",
            "closes_on": "2026-06-30",
            "upper_closes_on": "2026-07-31",
        }.items():
            page.fill(f"[name={name}]", value)
        page.get_by_role("button", name="建立批次").click()
        expect(page.locator("h1")).to_contain_text(BATCH)
    with life.person("caseworker", 390) as page:
        page.goto(f"/firms/{life.firm}/services/new")
        page.select_option("[name=kind]", "rd_bookkeeping")
        page.fill("[name=note]", "理清研发辅助账，找回记入生产的 220 万元")
        page.get_by_role("button", name="记一次服务").click()
        expect(page.locator(".notice-good")).to_be_visible()
        page.goto(f"/firms/{life.firm}")
        track_of(page).get_by_role("link", name="提请推出").click()
        page.fill("[name=reason]", "八项条件都已具备")
        page.select_option("[name=batch_id]", label=BATCH)
        page.get_by_role("button", name="提请", exact=True).click()
        expect(page.locator(".notice-good")).to_be_visible()
    life.moved()


def batch_page(page: Page) -> None:
    page.goto(f"/batches?track={TRACK}")
    page.get_by_role("link", name=BATCH).first.click()
    expect(page.locator("h1")).to_contain_text(BATCH)


def take_in(life: Life) -> None:
    life.stand_at(date(2026, 3, 30))
    with life.person("bureau") as page:
        batch_page(page)
        row = page.locator("section", has=page.locator("#proposed-title")).locator("tbody tr", has_text=NAME)
        row.locator("input[name=row]").check()
        page.get_by_role("button", name="列入所选", exact=True).click()
        page.locator("main").get_by_role("button", name="列入本批", exact=True).click()
        expect(page.locator(".bulk-done")).to_contain_text(NAME)
    life.moved(serve=-1, recommend=1)


def gather_the_papers(life: Life) -> None:
    """The street brings the papers, the bureau looks them through."""
    life.stand_at(date(2026, 4, 20))
    for username, state in {"caseworker": "received", "bureau": "checked"}.items():
        with life.person(username) as page:
            batch_page(page)
            page.get_by_role("link", name=NAME).click()
            page.locator("[data-ticks=paper]").click()
            page.locator(f"#mark-papers button[value={state}]").click()
            expect(page.locator(f".batch-paper-{state}").first).to_be_visible()
    life.moved()


def hand_up_and_make_public(life: Life) -> None:
    for day, word in {date(2026, 6, 29): "提交上级", date(2026, 11, 12): "公示"}.items():
        life.stand_at(day)
        with life.person("bureau") as page:
            batch_page(page)
            page.get_by_role("link", name=NAME).click()
            page.get_by_role("link", name=word, exact=True).click()
            page.locator("main").get_by_role("button", name=word, exact=True).click()
            expect(page.locator(".bulk-done")).to_contain_text(NAME)
        life.moved()


def list_comes(life: Life) -> None:
    """The authority's list names the firm: certified from the day of issue, and the batch adds up with it."""
    life.stand_at(date(2026, 11, 30))
    lines = f"企业名称,证书编号\n{NAME},{NUMBER}\n外地某某有限公司,GR202633009992\n"
    with life.person("bureau") as page:
        page.goto("/imports?kind=certificates")
        page.set_input_files(
            "main input[type=file]",
            [{"name": "备案公告.csv", "mimeType": "text/csv", "buffer": lines.encode()}],
        )
        page.select_option("select[name=track]", TRACK)
        page.fill("input[name=issued_on]", ISSUED.isoformat())
        page.get_by_role("button", name="上传并比对").click()
        page.get_by_role("button", name="记 1 家企业的认定").click()
        expect(page.locator(".import-done")).to_be_visible()
        batch_page(page)
        page.get_by_role("link", name="与公告名单核对").click()
        page.select_option("[name=list]", index=1)
        page.get_by_role("button", name="核对", exact=True).click()
        listed = page.locator("tr", has_text="在名单上，已认定").locator("td")
        expect(listed).to_have_text("1")
    life.moved(recommend=-1, certify=1, in_force=1)


def renewal_opens(life: Life) -> None:
    """Early in the year in which the certificate ends, long before its last day, the next round begins."""
    life.stand_at(date(2029, 1, 2))
    assert life.job(renewals.run) >= 1
    with life.person("caseworker") as page:
        page.goto(f"/firms/{life.firm}")
        ways = track_of(page).locator(".firm-way")
        expect(ways).to_have_count(2)
        expect(ways.nth(0)).to_contain_text(NUMBER)
        expect(ways.nth(1)).to_contain_text("第 2 轮")
        expect(ways.nth(1).locator("[aria-current=step]")).to_contain_text("服务")
    opened = life.counts()["serve"] - life.before["serve"]
    life.moved(serve=opened)


def lapse(life: Life) -> None:
    """On its last day the certificate counts; on the next it does not, and the ledger says so."""
    life.stand_at(LAST)
    life.job(certificate_expiry.run)
    life.stand_at(LAST)
    in_force = life.counts()["in_force"]
    life.stand_at(LAST + timedelta(days=1))
    assert life.counts()["in_force"] == in_force - 1
    assert life.job(certificate_expiry.run) == 1
    life.moved(certify=-1, expired=1)
    assert life.job(certificate_expiry.run) == 0
    life.moved()
