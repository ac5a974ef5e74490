"""A level that turns low, out or over makes one incident in its own transaction, judged once an operation."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from alerts.models import Alert, Delivery
from stock import services
from stock.errors import Refused
from stock.services import ShipLine, set_thresholds
from tests.factories import LocationFactory, ProductFactory, person

pytestmark = pytest.mark.django_db


def incidents():
    return list(Alert.objects.order_by("id").values_list("type", "status"))


@pytest.fixture
def manager(north):
    return person(role="manager", rights={north: "manage"})


@pytest.fixture
def watched(desk, north, bolt, manager):
    """150 on hand, low 20, high 200, margins 2 and 20."""
    desk.receive(north, bolt, 150)
    set_thresholds(product=bolt, warehouse=north, low=Decimal(20), high=Decimal(200))
    return bolt


@pytest.mark.parametrize(
    ("shipped", "expected"),
    [(129, []), (130, [("low", "open")]), (149, [("low", "open")]), (150, [("out", "open")])],
)
def test_low_at_the_threshold_and_out_at_nothing(desk, north, watched, shipped, expected):
    desk.ship(north, watched, shipped)
    assert incidents() == expected


def test_low_that_falls_to_nothing_is_told_once_more_and_back_again_is_not(desk, north, watched):
    desk.ship(north, watched, 130)
    desk.ship(north, watched, 20)
    assert (incidents(), Delivery.objects.leaving().count()) == ([("out", "open")], 2)
    desk.receive(north, watched, 20)
    assert (incidents(), Delivery.objects.leaving().count()) == ([("low", "open")], 2)
    desk.ship(north, watched, 20)
    assert (incidents(), Delivery.objects.leaving().count()) == ([("out", "open")], 2)


@pytest.mark.parametrize(
    ("received", "expected"), [(21, ("low", "open")), (22, ("low", "open")), (23, ("out", "resolved"))]
)
def test_it_resolves_above_the_margin_only(desk, north, watched, received, expected):
    desk.ship(north, watched, 150)
    desk.receive(north, watched, received)
    assert incidents() == [expected]


def test_over_opens_above_the_threshold_and_resolves_below_its_margin(desk, north, watched):
    desk.receive(north, watched, 50)
    assert incidents() == []
    desk.receive(north, watched, 1)
    assert incidents() == [("overstock", "open")]
    desk.ship(north, watched, 20)
    assert incidents() == [("overstock", "open")]
    desk.ship(north, watched, 1)
    assert incidents() == [("overstock", "resolved")]


def test_an_operation_is_judged_as_a_whole_and_a_move_changes_nothing(desk, north, watched):
    lines = [ShipLine(product=watched, quantity=Decimal(n)) for n in (130, 5, 15)]
    services.ship(warehouse=north, lines=lines, by=desk.by, at=datetime.now(UTC), key=uuid.uuid4())
    assert (incidents(), Delivery.objects.leaving().count()) == ([("out", "open")], 1)
    nut, a, b = ProductFactory(low_threshold=20), *(LocationFactory(warehouse=north) for _ in range(2))
    desk.receive(north, nut, 30, a)
    desk.move(north, nut, 30, a, b)
    assert Alert.objects.filter(product=nut).count() == 0


def test_a_refused_operation_leaves_no_incident(desk, north, watched):
    with pytest.raises(Refused):
        desk.ship(north, watched, 151)
    assert (incidents(), Delivery.objects.leaving().count()) == ([], 0)


def test_the_products_default_counts_where_the_level_has_no_threshold_of_its_own(desk, north, south, manager):
    nut = ProductFactory(low_threshold=20)
    for warehouse in (north, south):
        desk.receive(warehouse, nut, 50)
    set_thresholds(product=nut, warehouse=north, low=Decimal(5), high=None)
    for warehouse in (north, south):
        desk.ship(warehouse, nut, 40)
    assert list(Alert.objects.values_list("warehouse__code", "type")) == [("SOUTH", "low")]


def test_a_transfer_is_judged_at_both_ends(desk, north, south, watched):
    set_thresholds(product=watched, warehouse=south, low=None, high=Decimal(100))
    desk.transfer(north, south, watched, 140)
    assert sorted(Alert.objects.values_list("warehouse__code", "type")) == [("NORTH", "low"), ("SOUTH", "overstock")]


def test_the_margin_is_at_least_one_smallest_step(desk, north, manager):
    nut = ProductFactory(low_threshold=1)
    desk.receive(north, nut, 10)
    desk.ship(north, nut, 9)
    assert incidents() == [("low", "open")]
    desk.receive(north, nut, 1)
    assert incidents() == [("low", "open")]
    desk.receive(north, nut, 1)
    assert incidents() == [("low", "resolved")]
