"""The gap card in a browser: a figure is tried, the verdict turns, the scenario is kept, opened and thrown away."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from cultivate.models import Candidacy, Firm
from tests.browser.site import Site, enter

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser


@pytest.fixture
def page(site: Site, browser: Browser) -> "Iterator[Page]":
    context = enter(browser, site, "bureau")
    yield context.new_page()
    context.close()


@pytest.fixture
def firm(site: Site) -> int:
    """A firm at serve that lacks people in R&D, and facts of the provincial track."""
    with site.app.extensions["database"].unit_of_work() as session:
        found = session.scalars(
            select(Firm)
            .join(Candidacy, Candidacy.firm_id == Firm.id)
            .where(Candidacy.stage == "serve", Candidacy.track == "ptsme", Firm.deleted_at.is_(None))
            .order_by(Firm.id)
        ).first()
        assert found is not None
        found.staff, found.rd_staff = 100, 7
        for figure in found.figures:
            if figure.figure in {"staff", "rd_staff"}:
                figure.replaced_at = figure.recorded_at
        return found.id


def test_a_gap_is_closed_by_what_if_and_the_verdict_turns(page: Page, firm: int):
    page.goto(f"/firms/{firm}")
    card = page.locator("#gap-ptsme")
    expect(card.locator(".gap-word")).to_have_text("还差 1 项")
    expect(card).to_contain_text("差 3 人科技人员")
    page.locator(f"a[href='/firms/{firm}/readiness/ptsme']").click()
    for name in ("own_ip_or_knowhow", "innovation_spending", "sme"):
        page.locator(f"[name={name}]").select_option("yes")
    page.locator("[name=rd_staff]").fill("10")
    word = page.locator("#gap-result .gap-word")
    expect(word).to_have_text("能报")
    expect(page.locator(".gap-turned")).to_contain_text("科技人员占比")
    page.locator("#scenario-name").fill("再招三人")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#scenarios")).to_contain_text("再招三人")
    expect(word).to_have_text("还差 1 项")  # nothing was written
    page.get_by_role("link", name="再招三人").click()
    expect(word).to_have_text("能报")
    page.locator("#scenarios").get_by_role("button", name="删除").click()
    expect(page.locator("#scenarios")).to_have_count(0)
    page.get_by_role("button", name="保存评估").click()
    expect(page.locator("#kept tbody tr")).to_have_count(1)
    page.locator("#kept tbody a").first.click()
    expect(page.locator("main")).to_contain_text("结论一致")
