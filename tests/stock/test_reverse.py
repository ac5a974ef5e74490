"""A mistake is mended by a new operation that points at the old one, whole or not at all, and once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stock.errors import NotReversible
from stock.models import Operation
from tests.desk import holdings, level
from tests.factories import LocationFactory, ProductFactory

pytestmark = pytest.mark.django_db


def test_the_opposite_is_booked_into_the_same_bins_and_lots(desk, north, south):
    milk = ProductFactory(tracks_lots=True)
    a, b = (LocationFactory(warehouse=north, code=code) for code in ("A", "B"))
    soon = timezone.now().date() + timedelta(days=3)
    desk.receive(north, milk, 5, a, "L1", soon)
    desk.receive(north, milk, 5, b, "L2", soon)
    before = holdings(milk, north)
    for book in (
        lambda: desk.ship(north, milk, 7),
        lambda: desk.move(north, milk, 2, a, b),
        lambda: desk.transfer(north, south, milk, 8),
        lambda: desk.adjust(north, milk, -1, a, "lost"),
        lambda: desk.receive(north, milk, 3, a, "L1"),
    ):
        operation = book()
        undone = desk.reverse(operation)
        assert (undone.kind, undone.reverses, undone.warehouse) == ("reverse", operation, operation.warehouse)
        mirrored = {
            (row.type, row.warehouse_id, row.location_id, row.lot_id, -row.quantity) for row in undone.rows.all()
        }
        assert mirrored == {
            (row.type, row.warehouse_id, row.location_id, row.lot_id, row.quantity) for row in operation.rows.all()
        }
        assert holdings(milk, north) == before
    assert level(milk, south) == 0


def test_reversing_twice_is_the_same_as_once(desk, north, bolt):
    received = desk.receive(north, bolt, 5)
    first = desk.reverse(received)
    second = desk.reverse(received)
    assert (second.key, second.replayed, first.replayed) == (first.key, True, False)
    assert Operation.objects.filter(kind="reverse").count() == 1


def test_where_the_goods_have_moved_on_it_says_who_took_them_newest_first(desk, north, bolt):
    a, b = LocationFactory(warehouse=north, code="A"), LocationFactory(warehouse=north, code="B")
    received = desk.receive(north, bolt, 5, a)
    shipped, moved = desk.ship(north, bolt, 1), desk.move(north, bolt, 1, a, b)
    desk.reverse(desk.ship(north, bolt, 1, a))
    with pytest.raises(NotReversible) as refused:
        desk.reverse(received)
    assert "Only 3 on hand in A" in str(refused.value)
    assert [operation.key for operation in refused.value.later] == [moved.key, shipped.key]
    assert level(bolt, north) == 4

    desk.reverse(moved)
    desk.reverse(shipped)
    desk.reverse(received)
    assert level(bolt, north) == 0


def test_a_reversal_is_not_reversed(desk, north, bolt):
    undone = desk.reverse(desk.receive(north, bolt, 5))
    with pytest.raises(NotReversible, match="Book that one again"):
        desk.reverse(undone)


def test_the_warehouse_limits_how_long_an_operation_can_be_undone(desk, north, bolt):
    received = desk.receive(north, bolt, 5)
    north.undo_limit_days = 0
    north.save()
    received = Operation.objects.get(pk=received.pk)
    with pytest.raises(NotReversible, match="more than 0 days ago"):
        desk.reverse(received)
    assert level(bolt, north) == 5


def test_a_bin_that_is_not_in_use_any_more_is_not_booked_into(desk, north, bolt):
    a = LocationFactory(warehouse=north, code="A")
    desk.receive(north, bolt, 5, a)
    shipped = desk.ship(north, bolt, 5)
    a.status = "inactive"
    a.save()
    with pytest.raises(NotReversible, match="Bin A is not in use"):
        desk.reverse(shipped)


def test_an_operation_of_mixed_signs_is_undone_without_passing_below_zero(desk, north, bolt):
    a, b = LocationFactory(warehouse=north, code="A"), LocationFactory(warehouse=north, code="B")
    desk.receive(north, bolt, 5, a)
    moved = desk.move(north, bolt, 5, a, b)
    undone = desk.reverse(moved)
    assert [(row.location.code, row.quantity, row.balance_after) for row in undone.rows.order_by("id")] == [
        ("A", 5, 10),
        ("B", -5, 5),
    ]
