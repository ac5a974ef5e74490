"""What the browser tests stand on: a real Chromium, the real application behind a live server, and a site to work on.

Playwright's loop runs in the thread of the test, in which Django would refuse its ORM without the switch below.
Django is imported inside the fixtures: this file is read before the services that the settings name are up.
"""

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
SIZES = {"phone": (360, 640), "desk": (1280, 800)}
PATIENCE = 15_000
# Drawing on a graphics card that is not there costs more than not using one.
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
OFFLINE = (
    "Failed to load resource: net::ERR_INTERNET_DISCONNECTED",
    "Failed to load resource: net::ERR_INCOMPLETE_CHUNKED_ENCODING",
    "Failed to load resource: net::ERR_CONNECTION_REFUSED",
    "htmx: htmx:error: Failed to fetch",
)


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import expect, sync_playwright

    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path, "no Chromium here; have root type: apt-get install chromium-headless-shell"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_browser(chromium, live_server):
    """Give a function that opens a page of the site; at the end nothing went wrong in any of their consoles.

    A refusal is an answer like any other, and no answer is what the offline tests want, though both are logged.
    """
    contexts, wrong = [], []
    expected = ("Failed to load resource: the server responded with a status of", *OFFLINE)

    def listen(message):
        if message.type == "error" and not message.text.startswith(expected):
            wrong.append(message.text)

    def open_page(size="phone", **options):
        width, height = SIZES[size]
        phone = {"is_mobile": True, "has_touch": True} if size == "phone" else {}
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            **phone,
            **options,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture(params=SIZES)
def page(open_browser, request):
    return open_browser(request.param)


@pytest.fixture
def site(live_server):
    """NORTH and SOUTH, a bolt that is low at 20 in NORTH, and Ana, who manages NORTH and operates in SOUTH."""
    from decimal import Decimal

    from stock.services import set_thresholds
    from tests.factories import BarcodeFactory, LocationFactory, ProductFactory, WarehouseFactory, person

    north = WarehouseFactory(code="NORTH", name="North Quay")
    south = WarehouseFactory(code="SOUTH", name="South Yard")
    for code in ("A-01", "A-02"):
        LocationFactory(warehouse=north, code=code)
    bolt = ProductFactory(sku="BOLT-M8", name="Hex bolt M8×40 zinc")
    BarcodeFactory(product=bolt, code="04006381333931")
    BarcodeFactory(product=bolt, code="CASE-12", pack_quantity=12)
    nut = ProductFactory(sku="NUT-M8", name="Hex nut M8 zinc")
    set_thresholds(product=bolt, warehouse=north, low=Decimal(20), high=None)
    ana = person(role="manager", rights={north: "manage", south: "operate"}, name="Ana Weber", home_warehouse=north)
    return SimpleNamespace(north=north, south=south, bolt=bolt, nut=nut, ana=ana)


@pytest.fixture
def look():
    """Ask of a screen what every screen must keep, on a phone; with PICTURES a folder, keep pictures of it."""

    from tests.browser.job import assert_accessible
    from tests.browser.thumb import ASIDE, SMALL, SMALL_TYPE, WIDER

    def ask(page, name):
        assert_accessible(page)
        if folder := os.environ.get("PICTURES"):
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                size = page.viewport_size["width"]
                page.screenshot(path=Path(folder) / f"{name}-{size}-{scheme}.png", full_page=True)
            page.emulate_media(color_scheme="light")
        if page.viewport_size["width"] < 400:
            assert [each for question in (WIDER, ASIDE, SMALL_TYPE, SMALL) for each in page.evaluate(question)] == []

    return ask
