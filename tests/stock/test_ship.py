"""Goods leave, first expired first: never from quarantine, never an expired lot, never more than lies there."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from stock import services
from stock.errors import InsufficientStock, Refused
from stock.models import Inventory, StockTransaction
from stock.services import ShipLine
from tests.desk import holdings, level
from tests.factories import LocationFactory, ProductFactory

pytestmark = pytest.mark.django_db


def taken(operation):
    return [
        (row.location.code, row.lot.number if row.lot else "", row.quantity) for row in operation.rows.order_by("id")
    ]


def test_the_order_is_expiry_then_lot_then_bin(desk, north):
    milk = ProductFactory(tracks_lots=True)
    a, b = (LocationFactory(warehouse=north, code=code) for code in ("A-01", "B-01"))
    soon, late = timezone.now().date() + timedelta(days=3), timezone.now().date() + timedelta(days=30)
    desk.receive(north, milk, 1, a, "NEVER")
    desk.receive(north, milk, 2, a, "LATE", late)
    desk.receive(north, milk, 3, b, "SOON-2", soon)
    desk.receive(north, milk, 4, b, "SOON-1", soon)
    desk.receive(north, milk, 5, a, "SOON-1", soon)

    operation = desk.ship(north, milk, 15)

    assert taken(operation) == [
        ("A-01", "SOON-1", -5),
        ("B-01", "SOON-1", -4),
        ("B-01", "SOON-2", -3),
        ("A-01", "LATE", -2),
        ("A-01", "NEVER", -1),
    ]
    assert [row.balance_after for row in operation.rows.order_by("id")] == [10, 6, 3, 1, 0]
    assert holdings(milk, north) == {}


def test_expired_lots_and_goods_in_quarantine_or_receiving_stay(desk, north):
    milk = ProductFactory(sku="MILK", tracks_lots=True)
    shelf, dock, cage = (
        LocationFactory(warehouse=north, code=code, kind=kind)
        for code, kind in (("A-01", "storage"), ("R-01", "receiving"), ("Q-01", "quarantine"))
    )
    today = timezone.now().date()
    desk.receive(north, milk, 5, shelf, "OLD", today - timedelta(days=1))
    desk.receive(north, milk, 5, shelf, "LAST-DAY", today)
    desk.receive(north, milk, 5, dock, "NEW", today + timedelta(days=9))
    desk.receive(north, milk, 5, cage, "HELD", today + timedelta(days=9))

    with pytest.raises(Refused) as refused:
        desk.ship(north, milk, 6)
    [problem] = refused.value.problems
    assert (type(problem), problem.on_hand, problem.blocked) == (InsufficientStock, 5, 15)
    assert problem.message == (
        "Only 5 on hand in NORTH. Enter 5 or less. Another 5 expired: they leave by Adjust, reason Expired. "
        "Another 10 are in quarantine or not put away yet."
    )
    assert taken(desk.ship(north, milk, 5)) == [("A-01", "LAST-DAY", -5)]
    with pytest.raises(Refused, match="0 on hand in Q-01"):
        desk.ship(north, milk, 1, cage)


def test_a_lot_expires_by_the_calendar_of_its_warehouse(desk, north, south):
    milk = ProductFactory(tracks_lots=True)
    north.time_zone, south.time_zone = "Pacific/Kiritimati", "Pacific/Pago_Pago"
    north.save(), south.save()
    # Kiritimati (UTC+14) and Pago Pago (UTC-11) are never on the same day.
    day = (timezone.now() - timedelta(hours=11)).date()
    for warehouse in (north, south):
        desk.receive(warehouse, milk, 1, lot="L", expires=day)
    desk.ship(south, milk, 1)
    with pytest.raises(Refused, match="0 on hand in NORTH"):
        desk.ship(north, milk, 1)


def test_a_named_bin_is_the_only_one_taken_from(desk, north, bolt):
    a, b = (LocationFactory(warehouse=north, code=code) for code in ("A-03-2", "B-01"))
    desk.receive(north, bolt, 482, a)
    desk.receive(north, bolt, 999, b)
    with pytest.raises(Refused) as refused:
        desk.ship(north, bolt, 999, a)
    assert str(refused.value) == "Only 482 on hand in A-03-2. Enter 482 or less."
    desk.ship(north, bolt, 482, a)
    assert holdings(bolt, north) == {("B-01", ""): 999}


def test_lines_of_one_product_draw_on_the_same_goods_and_every_short_one_is_named(desk, north, bolt):
    nut = ProductFactory()
    desk.receive(north, bolt, 10)
    lines = [ShipLine(product=p, quantity=Decimal(n)) for p, n in ((bolt, 6), (nut, 1), (bolt, 5), (bolt, 4))]
    with pytest.raises(Refused) as refused:
        services.ship(warehouse=north, lines=lines, by=desk.by, at=datetime.now(UTC), key=uuid.uuid4())
    assert [(problem.line, problem.on_hand) for problem in refused.value.problems] == [(1, 0), (2, 4)]
    assert level(bolt, north) == 10
    assert StockTransaction.objects.filter(type="out").count() == 0


def test_what_was_shipped_last_is_remembered_and_an_archived_product_stays(desk, north, bolt):
    desk.receive(north, bolt, 10)
    assert Inventory.objects.get().last_out is None
    at = timezone.now() - timedelta(hours=2)
    desk.ship(north, bolt, 1, at=at)
    assert Inventory.objects.get().last_out == at
    bolt.status = "archived"
    bolt.save()
    with pytest.raises(Refused, match="BOLT-M8 is archived"):
        desk.ship(north, bolt, 1)


@pytest.mark.parametrize(
    ("ahead", "believed"),
    [
        (timedelta(days=-6), True),
        (timedelta(minutes=4), True),
        (timedelta(days=-8), False),
        (timedelta(minutes=6), False),
    ],
)
def test_a_device_clock_is_believed_within_seven_days_and_five_minutes(desk, north, bolt, ahead, believed):
    at = timezone.now() + ahead
    operation = desk.receive(north, bolt, 1, at=at)
    assert (operation.at == at, operation.clock_corrected) == (believed, not believed)
    assert abs(operation.created - timezone.now()) < timedelta(minutes=1)


def test_the_day_of_a_row_is_the_warehouses_calendar_day(desk, north, bolt):
    north.time_zone = "Asia/Tokyo"
    north.save()
    at = timezone.now().replace(hour=15, minute=30) - timedelta(days=2)
    row = desk.receive(north, bolt, 1, at=at).rows.get()
    assert row.occurred_on == at.date() + timedelta(days=1)
