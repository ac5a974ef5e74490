"""Every screen of stock: nothing for axe to find, nothing wider than the phone, nothing too small for a thumb."""

from datetime import UTC, datetime

import pytest

from alerts.models import Alert
from reports import services as reports
from tests.browser.job import assert_accessible, sign_in
from tests.browser.thumb import ASIDE, SMALL, SMALL_TYPE, WIDER
from tests.desk import Desk
from tests.factories import CategoryFactory, ProductFactory

SCREENS = (
    "/",
    "/more/",
    "/profile/",
    "/scan/",
    "/scan/?code=NOPE",
    "/receive/?code=MILK-1L&code=NOPE",
    "/ship/?code=BOLT-M8&code=MILK-1L",
    "/move/?code=MILK-1L",
    "/transfer/?code=BOLT-M8",
    "/adjust/?code=MILK-1L",
    "/products/",
    "/products/BOLT-M8/",
    "/thresholds/NORTH/BOLT-M8/",
    "/bins/NORTH/A-01/",
    "/transactions/",
    "/transactions/?warehouse=NORTH&bin=A-01",
    "/operations/{shipped}/",
    "/operations/{undone}/",
    "/alerts/",
    "/alerts/?state=all",
    "/alerts/{alert}/",
    "/reports/fast-movers/",
    "/warehouses/",
    "/warehouses/NORTH/",
    "/warehouses/NORTH/bins/new",
    "/catalog/products/new",
    "/catalog/products/BOLT-M8/edit",
    "/catalog/categories/",
    "/catalog/categories/{category}/edit",
)
# What says that a screen is not an empty one.
SHOWN = {"/reports/fast-movers/": "70 pcs", "/transactions/": "Shipped", "/alerts/": "Acknowledge"}


@pytest.fixture
def stocked(site):
    desk = Desk(site.ana)
    milk = ProductFactory(sku="MILK-1L", name="Whole milk, long life, one litre carton", tracks_lots=True)
    for code in ("A-01", "A-02"):
        place = site.north.locations.get(code=code)
        desk.receive(site.north, site.bolt, 40, place)
        desk.receive(site.north, milk, 24, place, f"LOT-{code}")
    return site


@pytest.fixture
def addresses(stocked, monkeypatch):
    """Give the screens' addresses, with a shipment, one that was undone, an alert, a report and a category behind them.

    The rollup takes what every transaction of the cluster has left behind; those of other workers' tests are not ours.
    """
    desk = Desk(stocked.ana)
    undone = desk.ship(stocked.north, stocked.bolt, 5, reference="SO-1182")
    desk.reverse(undone)
    shipped = desk.ship(stocked.north, stocked.bolt, 70)
    monkeypatch.setattr(reports, "HORIZON", reports.HORIZON.replace("pg_snapshot_xmin", "pg_snapshot_xmax"))
    reports.roll_up(now=datetime.now(UTC))
    alert, category = Alert.objects.get(), CategoryFactory(name="Fasteners")
    keys = {"undone": undone.pk, "shipped": shipped.pk, "alert": alert.pk, "category": category.pk}
    return [screen.format(**keys) for screen in SCREENS]


def test_screens(page, stocked, addresses):
    sign_in(page, stocked.ana)
    on_phone = page.viewport_size["width"] < 400
    wrong = []
    for address in addresses:
        assert page.goto(address).status in (200, 422), address
        assert_accessible(page)
        if on_phone:
            wrong += [
                (address, each) for question in (WIDER, ASIDE, SMALL_TYPE, SMALL) for each in page.evaluate(question)
            ]
        assert SHOWN.get(address, "") in page.locator("main").inner_text(), address
    assert wrong == []


def test_an_undo_that_is_refused(page, stocked):
    desk = Desk(stocked.ana)
    received = desk.receive(stocked.north, stocked.nut, 10)
    desk.ship(stocked.north, stocked.nut, 4, reference="SO-1182")
    sign_in(page, stocked.ana)
    page.goto(f"/operations/{received.pk}/")
    page.get_by_role("button", name="Undo").click()
    page.locator("#error-summary").wait_for()
    assert "Only 6 on hand" in page.locator("#error-summary").inner_text()
    assert page.evaluate("document.activeElement.id") == "error-summary"
    assert_accessible(page)
    if page.viewport_size["width"] < 400:
        assert page.evaluate(SMALL) == []
