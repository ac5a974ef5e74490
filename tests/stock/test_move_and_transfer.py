"""Goods are neither made nor lost by moving, and keep their lots."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stock.errors import BadLocation, InsufficientStock, Refused
from stock.models import Inventory
from tests.desk import holdings, level
from tests.factories import LocationFactory, ProductFactory

pytestmark = pytest.mark.django_db


def test_a_move_is_two_rows_that_sum_to_nothing(desk, north, bolt):
    a, b = (LocationFactory(warehouse=north, code=code) for code in ("A", "B"))
    desk.receive(north, bolt, 10, a)
    operation = desk.move(north, bolt, 4, a, b)
    rows = [(row.type, row.location.code, row.quantity, row.balance_after) for row in operation.rows.order_by("id")]
    assert rows == [("transfer", "A", -4, 6), ("transfer", "B", 4, 10)]
    assert holdings(bolt, north) == {("A", ""): 6, ("B", ""): 4}
    assert Inventory.objects.get().last_out is None


def test_goods_in_quarantine_and_expired_lots_may_be_moved(desk, north):
    milk = ProductFactory(tracks_lots=True)
    shelf = LocationFactory(warehouse=north, code="A")
    cage = LocationFactory(warehouse=north, code="Q", kind="quarantine")
    old = timezone.now().date() - timedelta(days=1)
    desk.receive(north, milk, 3, shelf, "OLD", old)
    desk.receive(north, milk, 5, shelf, "NEW", old + timedelta(days=90))
    desk.move(north, milk, 3, shelf, cage)
    assert holdings(milk, north) == {("Q", "OLD"): 3, ("A", "NEW"): 5}
    desk.move(north, milk, 1, shelf, cage, lot="NEW")
    assert holdings(milk, north) == {("Q", "OLD"): 3, ("Q", "NEW"): 1, ("A", "NEW"): 4}
    with pytest.raises(Refused, match="0 on hand in A"):
        desk.move(north, milk, 1, shelf, cage, lot="OLD")


def test_bins_of_a_move_are_of_the_warehouse_in_use_and_two(desk, north, south, bolt):
    a, idle = LocationFactory(warehouse=north), LocationFactory(warehouse=north, status="inactive")
    elsewhere = LocationFactory(warehouse=south)
    desk.receive(north, bolt, 10, a)
    for source, destination, field in (
        (a, a, "destination"),
        (a, elsewhere, "destination"),
        (a, idle, "destination"),
        (elsewhere, a, "source"),
    ):
        with pytest.raises(Refused) as refused:
            desk.move(north, bolt, 1, source, destination)
        [problem] = refused.value.problems
        assert (type(problem), problem.field) == (BadLocation, field)
    with pytest.raises(Refused) as refused:
        desk.move(north, bolt, 11, a, LocationFactory(warehouse=north))
    assert type(refused.value.problems[0]) is InsufficientStock


def test_a_transfer_takes_first_expired_first_and_keeps_the_lots(desk, north, south):
    milk = ProductFactory(tracks_lots=True)
    today = timezone.now().date()
    desk.receive(north, milk, 5, lot="LATE", expires=today + timedelta(days=30))
    desk.receive(north, milk, 5, lot="SOON", expires=today + timedelta(days=3))
    operation = desk.transfer(north, south, milk, 7)
    rows = [(row.warehouse.code, row.lot.number, row.quantity) for row in operation.rows.order_by("id")]
    assert rows == [("NORTH", "SOON", -5), ("NORTH", "LATE", -2), ("SOUTH", "SOON", 5), ("SOUTH", "LATE", 2)]
    assert (level(milk, north), level(milk, south)) == (3, 7)
    assert {row.type for row in operation.rows.all()} == {"transfer"}


def test_a_transfer_needs_two_warehouses_and_enough(desk, north, south, bolt):
    desk.receive(north, bolt, 5)
    with pytest.raises(Refused, match="other than the one it comes from"):
        desk.transfer(north, north, bolt, 1)
    with pytest.raises(Refused, match="Only 5 on hand in NORTH"):
        desk.transfer(north, south, bolt, 6)
    south.status = "closed"
    south.save()
    with pytest.raises(Refused, match="SOUTH is closed"):
        desk.transfer(north, south, bolt, 1)
    assert level(bolt, north) == 5
