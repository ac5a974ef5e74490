"""From the alert of a lot that has expired to the ledger: the remedy's sheet is filled in; sent, it ends the alert."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from alerts.models import Alert
from stock.models import Operation, StockTransaction
from stock.services.sweep import judge_days
from tests.desk import Desk, holdings
from tests.factories import LocationFactory, ProductFactory, person
from tests.stock.phone import forms

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(north, client):
    """MILK at NORTH: lot OLD, which has expired, in two bins, and NEW in one of them; Max operates there."""
    max_ = person("staff", {north: "operate"}, home_warehouse=north)
    milk, today = ProductFactory(sku="MILK", name="Milk", tracks_lots=True), datetime.now(UTC)
    bins = [LocationFactory(warehouse=north, code=code) for code in ("A-01", "A-02")]
    desk = Desk(max_)
    for bin, quantity in zip(bins, (7, 5), strict=True):
        desk.receive(north, milk, quantity, bin, lot="OLD", expires=today.date() - timedelta(days=3))
    desk.receive(north, milk, 9, bins[0], lot="NEW", expires=today.date() + timedelta(days=200))
    judge_days(at=today)
    client.force_login(max_)
    return Alert.objects.get(type="expired"), milk


def sheet_of(client, alert):
    """Follow the alert's page to its remedies and on to the sheet; its address and its form, as a browser has it."""
    assert f'href="/remedies/{alert.pk}/"' in client.get(alert.get_absolute_url()).content.decode()
    remedies = client.get(f"/remedies/{alert.pk}/").context["remedies"]
    [dispose] = [each for each in remedies if each.label == "Dispose of the expired lot"]
    page = client.get(dispose.href)
    assert page.status_code == 200
    [form] = [form for form in forms(page.content.decode()).values() if "line-0-code" in dict(form.fields)]
    return dispose.href, form


def test_the_link_names_every_bin_of_the_lot_and_the_reason(scene, client):
    alert, _milk = scene
    parts = urlsplit(sheet_of(client, alert)[0])
    assert (parts.path, dict(parse_qsl(parts.query))) == (
        "/adjust/",
        {
            "warehouse": "NORTH",
            "reason": "expired",
            "line-0-code": "MILK",
            "line-0-quantity": "7",
            "line-0-location": "A-01",
            "line-0-lot_number": "OLD",
            "line-1-code": "MILK",
            "line-1-quantity": "5",
            "line-1-location": "A-02",
            "line-1-lot_number": "OLD",
        },
    )


def test_sent_as_it_stands_the_lot_is_gone_from_the_ledger_and_the_alert_is_over(scene, client, north):
    alert, milk = scene
    _address, form = sheet_of(client, alert)
    before = StockTransaction.objects.count()
    response = client.post("/adjust/", dict(form.data(note="Past its day.")))
    assert response.status_code == 303
    assert holdings(milk, north) == {("A-01", "NEW"): 9}
    booked = Operation.objects.get(kind="adjust")
    assert (booked.reason.code, booked.reason.counts_as_loss) == ("expired", True)
    rows = StockTransaction.objects.order_by("id")[before:].values_list(
        "type", "location__code", "lot__number", "quantity"
    )
    assert list(rows) == [("adjust", "A-01", "OLD", -7), ("adjust", "A-02", "OLD", -5)]
    alert.refresh_from_db()
    assert (alert.status, alert.standing, alert.resolved_by) == ("resolved", False, None)


def test_sent_twice_it_is_booked_once(scene, client, north):
    alert, milk = scene
    _address, form = sheet_of(client, alert)
    data = dict(form.data(note="Past its day."))
    assert [client.post("/adjust/", data).status_code for _ in range(2)] == [303, 303]
    assert Operation.objects.filter(kind="adjust").count() == 1
    assert sum(holdings(milk, north).values()) == 9


def test_undone_the_lot_lies_there_again_and_so_does_its_alert(scene, client, desk):
    alert, _milk = scene
    client.post("/adjust/", dict(sheet_of(client, alert)[1].data(note="Past its day.")))
    desk.reverse(Operation.objects.get(kind="adjust"))
    judge_days(at=datetime.now(UTC))
    alert.refresh_from_db()
    assert (alert.status, alert.standing) == ("open", True)


def test_part_of_it_leaves_the_alert_as_it_is(scene, client, north):
    alert, milk = scene
    data = dict(sheet_of(client, alert)[1].data(note="Past its day.", **{"line-1-quantity": "2"}))
    assert client.post("/adjust/", data).status_code == 303
    assert holdings(milk, north)["A-02", "OLD"] == 3
    alert.refresh_from_db()
    assert alert.status == "open"


def test_before_it_expires_it_is_offered_for_shipping_not_for_disposal(scene, client, north):
    Alert.objects.filter(type="expired").update(type="expiring")
    remedies = client.get(f"/remedies/{Alert.objects.get().pk}/").context["remedies"]
    assert [each.label for each in remedies] == ["Ship this lot first", "Count it"]
