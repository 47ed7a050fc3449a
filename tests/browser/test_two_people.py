"""Two people at one firm at the same time: nothing typed is lost, nothing happens twice, the second is told."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from cultivate import clock
from cultivate.domain.scope import WHOLE_DISTRICT
from cultivate.models import Candidacy, Firm, OrgUnit, StageMove
from cultivate.queries import ledger
from cultivate.services.verification import verify
from tests.browser.site import Site, enter

pytestmark = pytest.mark.browser
STREET = "330105001"
TRACK = "hnte"


@pytest.fixture
def firm(site: Site) -> tuple[int, int]:
    """A firm of the caseworker's street that stands at discover; firm and candidacy."""
    with site.app.extensions["database"].reading() as session:
        found = session.execute(
            select(Firm.id, Candidacy.id)
            .join(Candidacy, Candidacy.firm_id == Firm.id)
            .join(OrgUnit, OrgUnit.id == Firm.street_id)
            .where(OrgUnit.code == STREET, Candidacy.track == TRACK, Candidacy.stage == "discover")
            .where(Firm.deleted_at.is_(None), Firm.uscc.is_not(None))
            .order_by(Firm.id)
        ).first()
    assert found is not None
    return found[0], found[1]


@pytest.fixture
def street(site: Site, browser: Browser) -> Iterator[Page]:
    """The caseworker, on a phone."""
    context = enter(browser, site, "caseworker", 390)
    yield context.new_page()
    context.close()


@pytest.fixture
def bureau(site: Site, browser: Browser) -> Iterator[Page]:
    """Somebody of the bureau, at a desk."""
    context = enter(browser, site, "bureau")
    yield context.new_page()
    context.close()


def standing(site: Site) -> dict[str, int]:
    with site.app.extensions["database"].reading() as session:
        return ledger.balances(session, WHOLE_DISTRICT, TRACK, clock.today())[0].accounts


def test_both_edit_and_the_second_chooses_line_by_line(
    site: Site, firm: tuple[int, int], street: Page, bureau: Page
) -> None:
    for page in (street, bureau):
        page.goto(f"/firms/{firm[0]}/edit")
    street.fill("[name=contact_name]", "沈会计")
    street.fill("[name=staff]", "31")
    bureau.fill("[name=contact_name]", "沈工")
    bureau.fill("[name=address]", "拱墅区大关路一号")
    street.get_by_role("button", name="保存", exact=True).click()
    expect(street.locator(".notice-good")).to_be_visible()

    bureau.get_by_role("button", name="保存", exact=True).click()
    rows = bureau.locator(".conflict tbody tr")
    expect(rows.filter(has_text="联系人")).to_contain_text("沈会计")
    expect(rows.filter(has_text="联系人")).to_contain_text("沈工")
    bureau.locator("[name=keep-contact_name][value=theirs]").check()
    bureau.locator(".conflict button[type=submit]").click()
    expect(bureau.locator("h1")).to_be_visible()

    with site.app.extensions["database"].reading() as session:
        kept = session.get_one(Firm, firm[0])
        assert (kept.contact_name, kept.address, kept.staff) == ("沈会计", "拱墅区大关路一号", 31)


def test_both_move_and_the_firm_moves_once(
    site: Site, firm: tuple[int, int], street: Page, bureau: Page
) -> None:
    before = standing(site)
    for page in (street, bureau):
        page.goto(f"/firms/{firm[0]}")
    take_on(street)
    expect(street.locator(".notice-good")).to_be_visible()
    take_on(bureau)
    expect(bureau.locator(".notice-warning").first).to_contain_text("已先一步把它流转到“服务”")
    expect(bureau.locator("section.firm-track [aria-current=step]").first).to_be_visible()

    with site.app.extensions["database"].reading() as session:
        moves = session.scalars(
            select(StageMove.to_account).where(StageMove.candidacy_id == firm[1]).order_by(StageMove.id)
        ).all()
        assert moves == ["discover", "serve"]
        assert verify(session) == []
    after = standing(site)
    assert {name: after[name] - before[name] for name in ("discover", "serve")} == {
        "discover": -1,
        "serve": 1,
    }


def take_on(page: Page) -> None:
    """Press the step's button on the panel of the track."""
    panel = page.locator("section.firm-track", has=page.locator(f"#track-{TRACK}"))
    panel.get_by_role("button", name="转入服务").click()
