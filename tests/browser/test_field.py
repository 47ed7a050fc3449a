"""The screen of the field on a phone: typed without signal, kept through reloads, sent once."""

import io
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import func, select

from cultivate.models import Attachment, Firm, ServiceRecord, StoredFile, StoredPart
from tests.browser.site import PASSWORD, Site, enter
from tests.browser.test_accessibility import serious
from tests.fixtures import credit_code

pytestmark = pytest.mark.browser
#: milliseconds a key: a person who types on glass
HUMAN = 60


@pytest.fixture
def context(site: Site, browser: Browser) -> Iterator[BrowserContext]:
    made = enter(browser, site, "caseworker", 390)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    opened = context.new_page()
    open_screen(opened)
    # the worker is there and has the screen before the signal goes
    opened.evaluate(
        """async () => {
          await navigator.serviceWorker.ready;
          const until = async (holds) => { while (!await holds()) await new Promise((go) => setTimeout(go, 50)); };
          await until(() => navigator.serviceWorker.controller);
          await until(() => caches.match("/field"));
        }"""
    )
    open_screen(opened)
    return opened


def open_screen(page: Page) -> None:
    page.goto("/field")
    ready(page)


def ready(page: Page) -> None:
    expect(page.locator("#field-form[data-ready]")).to_be_visible()


def photo(width: int = 3000, height: int = 2000) -> dict[str, object]:
    """A photo of a licence, with the place where it was taken in it."""
    picture = Image.effect_noise((width, height), 40).convert("RGB")
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (30.0, 19.0, 0.0), 3: "E", 4: (120.0, 8.0, 0.0)}
    content = io.BytesIO()
    picture.save(content, "JPEG", exif=exif)
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def firms(site: Site, name: str) -> list[int]:
    with site.app.extensions["database"].reading() as session:
        return list(session.scalars(select(Firm.id).where(Firm.name == name)))


def entries(page: Page, state: str):
    return page.locator(f"#field-list li[data-state={state}]")


def submit(page: Page) -> None:
    page.click("#field-form button[type=submit]")


def test_typed_without_signal_reloaded_and_sent_once(site: Site, context: BrowserContext, page: Page) -> None:
    name = "杭州无号大厅科技有限公司"
    context.set_offline(True)
    page.fill("#name", name)
    page.set_input_files("#photo", [photo()])
    expect(page.locator("#field-look img")).to_be_visible()
    page.check("#served")
    page.fill("#service_note", "大厅见面")
    page.wait_for_timeout(300)

    page.reload()  # the phone threw the page away
    ready(page)
    expect(page.locator("#name")).to_have_value(name)
    expect(page.locator("#served")).to_be_checked()
    expect(page.locator("#field-look img")).to_be_visible()

    submit(page)
    expect(page.locator("#field-count")).to_have_text("1 条待发送")
    expect(page.locator("#name")).to_have_value("")
    page.reload()
    ready(page)
    expect(page.locator("#field-count")).to_have_text("1 条待发送")
    assert firms(site, name) == []

    context.set_offline(False)
    expect(entries(page, "sent")).to_have_count(1, timeout=30_000)
    page.reload()
    ready(page)
    page.wait_for_timeout(500)
    (firm_id,) = firms(site, name)
    with site.app.extensions["database"].reading() as session:
        paper = session.scalars(select(Attachment).where(Attachment.firm_id == firm_id)).one()
        assert paper.kind == "licence"
        assert session.scalar(select(func.count()).where(ServiceRecord.note == "大厅见面")) == 2
        parts = session.scalars(
            select(StoredPart.content).where(StoredPart.digest == paper.digest).order_by(StoredPart.number)
        ).all()
        assert session.get_one(StoredFile, paper.digest).media_type == "image/jpeg"
    sent = Image.open(io.BytesIO(b"".join(parts)))
    assert max(sent.size) == 2000  # made smaller for a poor signal
    assert not sent.getexif()  # and without the place
    page.click("#field-list a")
    page.locator(".paper-look img").scroll_into_view_if_needed()
    shown = """async (image) => {
      while (!image.complete) await new Promise((go) => setTimeout(go, 50));
      return image.naturalWidth;
    }"""
    assert page.eval_on_selector(".paper-look img", shown) == 2000


def test_a_firm_is_logged_in_less_than_thirty_seconds(site: Site, page: Page) -> None:
    name, code = "杭州三十秒科技有限公司", credit_code(3030)
    started = time.perf_counter()
    page.click("#name")
    page.keyboard.type(name, delay=HUMAN * 3)  # three keys a character, as pinyin takes
    page.click("#uscc")
    page.keyboard.type(code, delay=HUMAN)
    submit(page)
    expect(entries(page, "sent")).to_have_count(1)
    taken = time.perf_counter() - started
    print(f"a firm with its code, typed at {HUMAN} ms a key: {taken:.1f} s")
    assert taken < 15
    assert len(firms(site, name)) == 1


def test_a_double_tap_and_a_lost_answer_make_one_firm(
    site: Site, browser: Browser, context: BrowserContext
) -> None:
    """The server has it and its answer is lost, twice; the third answer arrives. Without a worker, as on old phones."""
    name, lost = "杭州断线应答科技有限公司", []
    plain = browser.new_context(
        base_url=site.address, storage_state=context.storage_state(), service_workers="block"
    )
    page = plain.new_page()
    open_screen(page)

    def lose(route: Route) -> None:
        if route.request.method != "POST" or len(lost) == 2:
            route.continue_()
            return
        answer = route.fetch()
        lost.append(answer.status)
        if len(lost) == 1:
            route.fulfill(status=500, body="")
        else:
            route.abort()

    page.route("**/field", lose)
    page.fill("#name", name)
    page.dblclick("#field-form button[type=submit]")
    expect(page.locator("#field-count")).to_have_text("1 条待发送")
    for _ in range(2):
        page.evaluate("window.dispatchEvent(new Event('online'))")
        page.wait_for_timeout(700)
    expect(entries(page, "sent")).to_have_count(1, timeout=25_000)
    assert lost == [201, 201]
    assert len(firms(site, name)) == 1
    plain.close()


def test_a_refused_entry_comes_back_as_it_was_and_goes_after_its_correction(site: Site, page: Page) -> None:
    name, code = "杭州改错科技有限公司", credit_code(4141)
    page.fill("#name", name)
    page.fill("#uscc", code[:-1] + ("A" if code[-1] != "A" else "B"))
    page.set_input_files("#photo", [photo(300, 200)])
    expect(page.locator("#field-look img")).to_be_visible()
    submit(page)
    expect(page.locator("#uscc-error")).to_be_visible()
    expect(page.locator("#name")).to_have_value(name)
    expect(page.locator("#field-look img")).to_be_visible()
    assert serious(page) == []
    assert firms(site, name) == []
    page.fill("#uscc", code)
    submit(page)
    expect(entries(page, "sent")).to_have_count(1)
    assert len(firms(site, name)) == 1


def test_a_code_in_the_field_of_the_name_moves_and_the_name_is_asked_for(page: Page) -> None:
    code = credit_code(5151)
    page.fill("#name", code)
    expect(page.locator("#uscc")).to_have_value(code)
    expect(page.locator("#name")).to_have_value("")
    submit(page)
    expect(page.locator("#name-error")).to_contain_text("执照")
    expect(page.locator("#name")).to_be_focused()


def test_a_session_that_ended_keeps_the_entry_and_nobody_else_sends_or_sees_it(
    site: Site, context: BrowserContext, page: Page
) -> None:
    name = "杭州登录过期科技有限公司"
    context.clear_cookies()
    with page.expect_response("**/firms/check*") as looked_up:
        page.fill("#name", name)
    assert looked_up.value.status == 401
    submit(page)
    expect(page.locator("#field-state")).to_contain_text("登录已过期")

    def log_in(username: str) -> None:
        page.goto("/login")
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "/login" not in url)
        open_screen(page)
        page.wait_for_timeout(700)

    log_in("bureau")
    expect(page.locator("#field-queue")).to_be_hidden()
    assert firms(site, name) == []
    context.clear_cookies()
    log_in("caseworker")
    expect(entries(page, "sent")).to_have_count(1)
    assert len(firms(site, name)) == 1


def test_logging_out_takes_the_screen_and_the_draft_along(context: BrowserContext, page: Page) -> None:
    page.fill("#name", "杭州半途科技有限公司")
    page.wait_for_timeout(300)
    page.goto("/work")
    page.click(".bottom-more summary")
    page.click(".bottom-sheet form button")
    page.wait_for_url("**/login")
    kept = page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys()) {
            for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
          }
          return found;
        }"""
    )
    assert kept
    assert [path for path in kept if not path.startswith("/static/")] == []
    drafts = page.evaluate(
        """() => new Promise((resolve) => {
          const request = indexedDB.open("cultivate-field", 1);
          request.onsuccess = () => {
            const all = request.result.transaction("drafts").objectStore("drafts").getAll();
            all.onsuccess = () => resolve(all.result.length);
          };
        })"""
    )
    assert drafts == 0


def test_only_the_screen_and_static_files_are_kept(context: BrowserContext, page: Page) -> None:
    for address in ("/firms", "/work", "/"):
        page.goto(address)
    kept = page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys()) {
            for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
          }
          return found;
        }"""
    )
    assert [path for path in kept if not path.startswith("/static/")] == ["/field"]
    open_screen(page)
    needed = page.eval_on_selector_all(
        "script[src], link[rel=stylesheet]", "all => all.map(e => e.src || e.href)"
    )
    assert {urlsplit(address).path for address in needed} <= set(kept)


def test_the_app_can_be_installed(context: BrowserContext, page: Page) -> None:
    session = context.new_cdp_session(page)
    found = session.send("Page.getAppManifest")
    assert found["errors"] == []
    assert found["url"].split("?")[0].endswith("/static/img/field.webmanifest")
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in errors if error["errorId"] != "in-incognito"] == []


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_the_screen_shuts_nobody_out_and_stays_within_its_width(
    site: Site, browser: Browser, locale: str
) -> None:
    context = enter(browser, site, "bureau", 390, locale)
    page = context.new_page()
    open_screen(page)
    page.check("#served")
    page.click(".field-more summary")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    small = page.eval_on_selector_all(
        "#field-form input:not([type=hidden]):not([type=file]), #field-form select, #field-form .btn, .bottom-nav a",
        "all => all.filter(e => e.checkVisibility() && e.type !== 'checkbox' && e.getBoundingClientRect().height < 44)"
        ".map(e => e.outerHTML.slice(0, 80))",
    )
    assert small == []
    context.close()
