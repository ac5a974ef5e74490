"""The story that every figure of the ledger must come out of, from the first receipt to the last two shipments."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from alerts.models import Alert, Delivery
from stock.errors import InsufficientStock, Refused
from stock.models import StockTransaction
from stock.services import set_thresholds
from tests.desk import at_once, level, on_the_way
from tests.factories import LocationFactory, ProductFactory, person
from tests.stock.counting import Counter, booked, figures


def rows(operation):
    return [(row.lot and row.lot.number, row.quantity) for row in operation.rows.order_by("id")]


@pytest.mark.django_db(transaction=True)
def test_the_worked_example(desk, north, south):
    bolt = ProductFactory(sku="BOLT-M8", tracks_lots=True)
    manager = person(role="manager", rights={north: "manage"})
    a01, a02 = LocationFactory(warehouse=north, code="A-01"), LocationFactory(warehouse=north, code="A-02")
    set_thresholds(product=bolt, warehouse=north, low=Decimal(20), high=None)
    today = timezone.now().date()

    # 1 Receive 100 of L1 into A-01 and 50 of L2 into A-02.
    desk.receive(north, bolt, 100, a01, "L1", today + timedelta(days=30))
    desk.receive(north, bolt, 50, a02, "L2", today + timedelta(days=10))
    assert level(bolt, north) == 150

    # 2 Ship 60: FEFO takes all of L2, then 10 of L1.
    assert rows(desk.ship(north, bolt, 60)) == [("L2", -50), ("L1", -10)]
    assert level(bolt, north) == 90

    # 3 Send 40 to SOUTH, which receives 38 and writes off 2.
    sent = desk.send(north, south, bolt, 40)
    assert (rows(sent), on_the_way(sent.transfer)) == ([("L1", -40)], ("sent", (40, 0, 0)))
    assert (level(bolt, north), level(bolt, south)) == (50, 0)
    arrived, lost = desk.arrive(sent.transfer, 38), desk.write_off(sent.transfer, 2)
    assert (rows(arrived), rows(lost)) == ([("L1", 38)], [])
    assert on_the_way(sent.transfer) == ("closed", (40, 38, 2))
    assert (level(bolt, north), level(bolt, south)) == (50, 38)

    # 4 Ship 31: NORTH 19 is low, one alert; one more: still one.
    shipped = desk.ship(north, bolt, 31)
    alert = Alert.objects.get()
    assert (alert.type, alert.status, alert.warehouse, level(bolt, north)) == ("low", "open", north, 19)
    desk.ship(north, bolt, 1)
    assert (Alert.objects.count(), level(bolt, north)) == (1, 18)
    assert [d.person for d in Delivery.objects.leaving().all()] == [manager]

    # 5 Reverse the 31: NORTH 49, the alert resolves itself.
    desk.reverse(shipped)
    alert.refresh_from_db()
    assert (level(bolt, north), alert.status) == (49, "resolved")

    # 6 A blind count opens at 49, 2 are shipped, then the shelf is counted: 47 found, 47 expected.
    counter = Counter(manager)
    count = counter.open(north, a01)
    desk.ship(north, bolt, 2)
    counter.whole(count, (bolt, a01, 47, "L1"))
    counter.post(count)
    assert (figures(count), booked(count)) == ([("A-01", "BOLT-M8", "L1", 47, 47)], [])
    assert level(bolt, north) == 47
    # A second one: 47 found, then 5 are shipped, then it is posted; that shipment is reversed.
    count = counter.open(north, a01)
    counter.whole(count, (bolt, a01, 47, "L1"))
    shipped = desk.ship(north, bolt, 5)
    counter.post(count)
    assert (figures(count), booked(count)) == ([("A-01", "BOLT-M8", "L1", 47, 47)], [])
    assert level(bolt, north) == 42
    desk.reverse(shipped)
    assert level(bolt, north) == 47

    # 7 Two phones ship 47 at the same instant.
    outcomes = at_once(2, lambda _: desk.ship(north, bolt, 47))
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(refused) == 1
    [problem] = refused[0].problems
    assert (type(problem), problem.on_hand) == (InsufficientStock, 0)
    assert level(bolt, north) == 0
    alert.refresh_from_db()
    assert (alert.type, alert.status, Alert.objects.count()) == ("out", "open", 1)
    assert Delivery.objects.leaving().filter(alert=alert).count() == 2

    # 8 The books agree.
    assert (level(bolt, north), level(bolt, south)) == (0, 38)
    assert sum(StockTransaction.objects.filter(product=bolt).values_list("quantity", flat=True)) == 38
    call_command("verify_ledger")
