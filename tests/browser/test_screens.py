"""Every screen of stock: nothing for axe to find, nothing wider than the phone, nothing too small for a thumb."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.models import Alert, Delivery
from alerts.services import acknowledge, resolve, snooze
from catalog.models import Product
from reports import services as reports
from stock.models import ReasonCode
from stock.services import set_thresholds
from tests.browser.job import assert_accessible, sign_in
from tests.browser.thumb import ASIDE, SMALL, SMALL_TYPE, WIDER
from tests.desk import Desk
from tests.factories import CategoryFactory, ProductFactory, person

SCREENS = (
    "/",
    "/more/",
    "/profile/",
    "/profile/security/",
    "/profile/security/app/",
    "/profile/security/passkeys/add/",
    "/profile/password/",
    "/profile/confirm/",
    "/profile/address/",
    "/profile/address/sent/",
    "/password/forgotten/",
    "/password/forgotten/sent/",
    "/scan/",
    "/scan/?code=NOPE",
    "/receive/?code=MILK-1L&code=NOPE",
    "/ship/?code=BOLT-M8&code=MILK-1L",
    "/move/?code=MILK-1L",
    "/transfer/?code=BOLT-M8",
    "/adjust/?code=MILK-1L",
    "/transfers/",
    "/transfers/?state=draft&warehouse=NORTH",
    "/transfers/?state=done",
    "/transfers/{closed}/",
    "/transfers/{sent}/",
    "/transfers/{draft}/",
    "/transfers/{draft}/edit/",
    "/transfers/{sent}/receive/",
    "/transfers/{sent}/write-off/",
    "/products/",
    "/products/BOLT-M8/",
    "/thresholds/NORTH/BOLT-M8/",
    "/thresholds/?all=1&q=BOLT",
    "/bins/NORTH/A-01/",
    "/products/?at={past}&against={past}",
    "/products/MILK-1L/?at={now}&against={past}",
    "/bins/NORTH/A-01/?at={now}",
    "/bins/NORTH/A-01/?at=soon",
    "/why/MILK-1L/?warehouse=NORTH&bin=A-01",
    "/why/MILK-1L/?at={now}&against={past}",
    "/transactions/",
    "/transactions/?warehouse=NORTH&bin=A-01",
    "/operations/{shipped}/",
    "/operations/{undone}/",
    "/operations/{written_off}/",
    "/alerts/",
    "/alerts/?state=acknowledged",
    "/alerts/?state=snoozed",
    "/alerts/?state=resolved",
    "/alerts/?state=all",
    "/alerts/?state=all&kind=out&severity=3&warehouse=NORTH",
    "/alerts/?kind=expired",
    "/alerts/{alert}/",
    "/remedies/{alert}/",
    "/reports/noise/",
    "/reports/noise/?days=7&warehouse=NORTH",
    "/thresholds/NORTH/BOLT-M8/?low=12",
    "/alerts/notifications/",
    "/alerts/notifications/?warehouse=NORTH",
    "/alerts/notifications/told/",
    "/alerts/notifications/devices/",
    "/reports/fast-movers/",
    "/reports/suggested-counts/",
    "/counts/",
    "/counts/?state=posted",
    "/counts/new/?bins=A-01",
    "/warehouses/",
    "/warehouses/NORTH/",
    "/warehouses/NORTH/bins/new",
    "/people/at/NORTH/",
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
    """Give the screens' addresses, with shipments, transfers, an alert, a report and a category behind them.

    The rollup takes what every transaction of the cluster has left behind; those of other workers' tests are not ours.
    """
    desk = Desk(stocked.ana)
    desk.receive(stocked.south, stocked.bolt, 5)
    undone = desk.ship(stocked.north, stocked.bolt, 5, reference="SO-1182")
    desk.reverse(undone)
    sent = desk.send(stocked.south, stocked.north, stocked.bolt, 3, reference="TR-7").transfer
    closed = desk.send(stocked.south, stocked.north, stocked.bolt, 2).transfer
    desk.arrive(closed, 1)
    written_off = desk.write_off(closed)
    draft = desk.draft(stocked.north, stocked.south, stocked.bolt, 3)
    shipped = desk.ship(stocked.north, stocked.bolt, 70)
    monkeypatch.setattr(reports, "HORIZON", reports.HORIZON.replace("pg_snapshot_xmin", "pg_snapshot_xmax"))
    reports.roll_up(now=datetime.now(UTC))
    alert, category = Alert.objects.get(), CategoryFactory(name="Fasteners")
    # In the reader's own zone, as the picker sends it.
    clock = {"now": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}", "past": "2026-01-01T10:00"}
    keys = {
        "sent": sent.pk,
        "closed": closed.pk,
        "draft": draft.pk,
        "written_off": written_off.pk,
        "undone": undone.pk,
        "shipped": shipped.pk,
        "alert": alert.pk,
        "category": category.pk,
        **clock,
    }
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


def test_states_of_alerts(page, stocked):
    """Each tab of the list with something behind it, the noise of a threshold that flaps, and messages that failed."""
    desk, now = Desk(stocked.ana), datetime.now(UTC)
    for n in range(4):
        set_thresholds(
            product=ProductFactory(sku=f"P-{n}", name=f"Product {n}"), warehouse=stocked.north, low=5, high=None
        )
        desk.receive(stocked.north, Product.objects.get(sku=f"P-{n}"), 10)
        desk.ship(stocked.north, Product.objects.get(sku=f"P-{n}"), 6)
    for _ in range(3):
        desk.receive(stocked.north, Product.objects.get(sku="P-0"), 3)
        desk.ship(stocked.north, Product.objects.get(sku="P-0"), 3)
    first, second, third, _fourth = Alert.objects.order_by("id")
    acknowledge(alert=first, by=stocked.ana, at=now)
    snooze(alert=second, by=stocked.ana, until=now + timedelta(hours=1), at=now)
    resolve(alert=third, why="Known; more is ordered already.", by=stocked.ana, at=now)
    Delivery.objects.filter(channel="email").update(status="failed", attempts=3, error="550 5.1.1 No such mailbox here")
    on_phone, wrong = page.viewport_size["width"] < 400, []
    for who, addresses in (
        (
            stocked.ana,
            [
                *(f"/alerts/?state={state}" for state in (*Alert.Status.values, "all")),
                "/alerts/?state=all&kind=low&mine=1",
                "/reports/noise/",
            ],
        ),
        (
            person("admin"),
            ["/alerts/", "/alerts/failed/", "/alerts/failed/?channel=email", "/alerts/failed/?channel=sms"],
        ),
    ):
        page.context.clear_cookies()
        sign_in(page, who)
        for address in addresses:
            assert page.goto(address).status == 200, address
            assert_accessible(page)
            empty = address in ("/alerts/failed/?channel=sms",)
            assert page.locator(".empty").count() == empty, address
            if on_phone:
                asked = (WIDER, ASIDE, SMALL_TYPE, SMALL)
                wrong += [(address, each) for question in asked for each in page.evaluate(question)]
            if folder := os.environ.get("PICTURES"):
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    name = f"q{address.replace('/', '-').replace('?', '-')}-{page.viewport_size['width']}-{scheme}.png"
                    page.screenshot(path=Path(folder) / name, full_page=True)
                page.emulate_media(color_scheme="light")
    assert wrong == []


def test_what_admins_set_up(page, stocked):
    sign_in(page, person("admin"))
    used = ReasonCode.objects.get(code="damaged")
    for address in ("/reasons/", "/reasons/new/", f"/reasons/{used.pk}/"):
        page.goto(address)
        assert_accessible(page)
        if page.viewport_size["width"] < 400:
            assert [each for question in (WIDER, SMALL_TYPE, SMALL) for each in page.evaluate(question)] == []
    page.goto("/warehouses/NORTH/")
    page.get_by_role("button", name="Close this warehouse").click()
    page.locator("#error-summary").wait_for()
    assert "NORTH stays open." in page.locator("#error-summary").inner_text()
    assert_accessible(page)
    page.goto("/warehouses/NORTH/")
    if page.viewport_size["width"] < 400:
        assert page.evaluate(SMALL) == []


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
