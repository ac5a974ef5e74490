"""A correction has a reason that points its way, and is the way out for expired lots."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stock.errors import BadLot, BadQuantity, Refused
from stock.models import ReasonCode
from tests.desk import holdings, level
from tests.factories import LocationFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(north):
    return LocationFactory(warehouse=north, code="A")


def test_goods_are_found_and_lost(desk, north, bolt, shelf):
    found = desk.adjust(north, bolt, 5, shelf, "found")
    lost = desk.adjust(north, bolt, -2, shelf, "lost")
    assert [(row.type, row.quantity) for operation in (found, lost) for row in operation.rows.all()] == [
        ("adjust", 5),
        ("adjust", -2),
    ]
    assert (level(bolt, north), lost.reason.code) == (3, "lost")
    with pytest.raises(Refused, match="Only 3 on hand in A"):
        desk.adjust(north, bolt, -4, shelf, "lost")


@pytest.mark.parametrize(("reason", "quantity"), [("found", -1), ("lost", 1), ("damaged", 1)])
def test_a_reason_points_one_way(desk, north, bolt, shelf, reason, quantity):
    with pytest.raises(Refused) as refused:
        desk.adjust(north, bolt, quantity, shelf, reason)
    assert [(problem.line, type(problem)) for problem in refused.value.problems] == [(0, BadQuantity)]
    assert level(bolt, north) == 0


def test_a_reason_may_ask_for_a_note_and_may_be_out_of_use(desk, north, bolt, shelf):
    with pytest.raises(Refused, match="Correction asks for one"):
        desk.adjust(north, bolt, 1, shelf, "correction", note=" ")
    ReasonCode.objects.filter(code="found").update(is_active=False)
    with pytest.raises(Refused, match="not in use any more"):
        desk.adjust(north, bolt, 1, shelf, "found")


def test_an_expired_lot_leaves_by_adjustment(desk, north, shelf):
    milk = ProductFactory(tracks_lots=True)
    desk.receive(north, milk, 5, shelf, "OLD", timezone.now().date() - timedelta(days=1))
    desk.receive(north, milk, 5, shelf, "NEW", timezone.now().date() + timedelta(days=9))
    with pytest.raises(Refused) as refused:
        desk.adjust(north, milk, -5, shelf, "expired")
    [problem] = refused.value.problems
    assert (type(problem), problem.message) == (BadLot, "Several lots lie in A (OLD, NEW). Enter the lot.")
    desk.adjust(north, milk, -5, shelf, "expired", lot="OLD")
    assert holdings(milk, north) == {("A", "NEW"): 5}


def test_found_goods_of_a_product_that_tracks_lots_name_theirs(desk, north, shelf):
    milk = ProductFactory(sku="MILK", tracks_lots=True)
    with pytest.raises(Refused, match="MILK tracks lots"):
        desk.adjust(north, milk, 1, shelf, "found")
    desk.adjust(north, milk, 1, shelf, "found", lot="L7")
    assert holdings(milk, north) == {("A", "L7"): 1}
