"""Papers on the page of a firm: sent one by one, refused with their reason, dropped in, fetched back."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from cultivate.models import Firm
from tests.browser.site import Site, enter
from tests.browser.test_accessibility import serious

pytestmark = pytest.mark.browser


@pytest.fixture
def page(site: Site, browser: Browser) -> Iterator[Page]:
    with site.app.extensions["database"].reading() as session:
        firm_id = session.scalars(select(Firm.id).order_by(Firm.id)).first()
    context = enter(browser, site, "bureau")
    opened = context.new_page()
    opened.goto(f"/firms/{firm_id}")
    yield opened
    context.close()


def file(name: str, content: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_papers_are_added_refused_taken_away_and_fetched_back(page: Page) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (400, 300), "#f7efd9").save(picture, "PNG")
    papers = page.locator("#papers .paper-acts")
    before = papers.count()
    page.set_input_files(
        "#paper-file", [file("执照.png", picture.getvalue()), file("审计.pdf", b"%PDF-1.7 text")]
    )
    with page.expect_navigation():
        page.click(".paper-add button")
    expect(papers).to_have_count(before + 2)
    assert serious(page) == []

    page.set_input_files("#paper-file", [file("点我.jpg", b"MZ\x90\x00")])
    page.click(".paper-add button")
    expect(page.locator(".paper-state .notice")).to_contain_text("点我.jpg")
    expect(papers).to_have_count(before + 2)

    with page.expect_navigation():
        page.locator("#papers form[action$=remove] button").first.click()
    expect(papers).to_have_count(before + 1)
    page.click(".paper-removed summary")
    with page.expect_navigation():
        page.locator("#papers form[action$=restore] button").first.click()
    expect(papers).to_have_count(before + 2)


def test_a_dropped_file_is_sent(page: Page) -> None:
    papers = page.locator("#papers .paper-acts")
    before = papers.count()
    with page.expect_navigation():
        page.eval_on_selector(
            ".paper-add",
            """(form) => {
              const data = new DataTransfer();
              data.items.add(new File(["%PDF-1.7 dropped"], "拖入.pdf", { type: "application/pdf" }));
              form.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
            }""",
        )
    expect(papers).to_have_count(before + 1)
