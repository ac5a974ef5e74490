"""What a crossing costs is told in statements: none where nothing has crossed, a few however many are told."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.models import Alert, Delivery
from stock.services import set_thresholds
from stock.services.sweep import judge_days
from tests.factories import ProductFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def watched(desk, north, bolt):
    """21 on hand, low 20, margin 2, one manager."""
    person("manager", {north: "manage"})
    desk.receive(north, bolt, 21)
    set_thresholds(product=bolt, warehouse=north, low=Decimal(20), high=None)
    return bolt


def statements(work):
    with CaptureQueriesContext(connection) as queries:
        work()
    return len(queries), len([query for query in queries if "alerts_" in query["sql"]])


@pytest.mark.parametrize("managers", [1, 50])
def test_a_crossing_adds_at_most_three_statements_and_none_where_nothing_crossed(desk, north, watched, managers):
    for _ in range(managers - 1):
        person("manager", {north: "manage"})
    desk.receive(north, watched, 100)
    usual, none = statements(lambda: desk.ship(north, watched, 1))
    crossing, three = statements(lambda: desk.ship(north, watched, 101))
    _, two = statements(lambda: desk.receive(north, watched, 50))
    assert (none, three, two) == (0, 3, 2)
    assert crossing == usual + 3
    assert Delivery.objects.leaving().count() == managers


@pytest.mark.parametrize("managers", [1, 50])
def test_the_last_piece_of_an_expiring_lot_adds_two_and_one_of_a_good_lot_none(desk, north, managers):
    for _ in range(managers):
        person("manager", {north: "manage"})
    milk, today = ProductFactory(tracks_lots=True), datetime.now(UTC)
    for number, days in (("SOON", 5), ("LATER", 99)):
        desk.receive(north, milk, 10, lot=number, expires=today.date() + timedelta(days=days))
    judge_days(at=today)
    usual, none = statements(lambda: desk.ship(north, milk, 9))
    crossing, two = statements(lambda: desk.ship(north, milk, 1))
    last, never = statements(lambda: desk.ship(north, milk, 10))
    assert (none, two, never) == (0, 2, 0)
    assert (crossing, last) == (usual + 2, usual)
    assert Alert.objects.get().status == "resolved"
