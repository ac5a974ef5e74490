"""The number of statements of a verb does not depend on its lines; alerts cost only where something crossed."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from stock import services
from stock.models import ReasonCode
from stock.services import set_thresholds
from tests.factories import LocationFactory, ProductFactory

pytestmark = pytest.mark.django_db

# The savepoint that stands for the transaction inside a test, and its release.
ATOMIC = 2


@pytest.fixture
def stocked(desk, north):
    products = [ProductFactory(tracks_lots=n % 2 == 1) for n in range(50)]
    for product in products:
        desk.receive(north, product, 100, lot="L1" if product.tracks_lots else "")
    return products


@pytest.mark.parametrize("lines", [1, 5, 50])
def test_each_verb_has_one_count(desk, north, south, stocked, lines, django_assert_num_queries):
    default, other = north.locations.get(is_default=True), LocationFactory(warehouse=north)
    goods, one = stocked[:lines], Decimal(1)
    # Counted from a line with a lot on: lots cost two more statements.
    lots = ["L2" if p.tracks_lots else "" for p in goods]

    def slip():
        return {"by": desk.by, "at": datetime.now(UTC), "key": uuid.uuid4()}

    with django_assert_num_queries(ATOMIC + 3 + (2 if any(lots) else 0)):
        services.receive(
            warehouse=north,
            lines=[
                services.ReceiveLine(product=p, quantity=one, lot_number=n) for p, n in zip(goods, lots, strict=True)
            ],
            **slip(),
        )
    with django_assert_num_queries(ATOMIC + 3):
        shipped = services.ship(
            warehouse=north, lines=[services.ShipLine(product=p, quantity=one) for p in goods], **slip()
        )
    with django_assert_num_queries(ATOMIC + 3):
        moves = [services.MoveLine(product=p, quantity=one, source=default, destination=other) for p in goods]
        services.move(warehouse=north, lines=moves, **slip())
    with django_assert_num_queries(ATOMIC + 3):
        sent = [services.TransferLine(product=p, quantity=one) for p in goods]
        services.transfer(warehouse=north, destination=south, lines=sent, **slip())
    with django_assert_num_queries(ATOMIC + 4):
        services.reverse(operation=shipped, **slip())


@pytest.mark.parametrize("lines", [1, 5, 50])
def test_each_step_of_a_transfer_has_one_count(desk, north, south, stocked, lines, django_assert_num_queries):
    def slip():
        return {"by": desk.by, "at": datetime.now(UTC), "key": uuid.uuid4()}

    ends = {"warehouse": north, "destination": south}
    wanted = [services.TransferLine(product=p, quantity=Decimal(4)) for p in stocked[:lines]]
    with django_assert_num_queries(ATOMIC + 5):
        draft = services.draft_transfer(lines=wanted, **ends, **slip())
    with django_assert_num_queries(ATOMIC + 6):
        services.send_transfer(lines=wanted, transfer=draft, version=draft.version, **ends, **slip())
    with django_assert_num_queries(ATOMIC + 7):
        sending = services.send_transfer(lines=wanted, **ends, **slip())
    on_the_way, lost = list(draft.lines.select_related("product")), ReasonCode.objects.get(code="lost")
    two, one = Decimal(2), Decimal(1)
    with django_assert_num_queries(ATOMIC + 8):
        arriving = [services.ArriveLine(line=line, quantity=two) for line in on_the_way]
        arrived = services.receive_transfer(transfer=draft, lines=arriving, **slip())
    with django_assert_num_queries(ATOMIC + 7):
        missing = [services.WriteOffLine(line=line, quantity=one) for line in on_the_way]
        services.write_off_transfer(transfer=draft, lines=missing, reason=lost, **slip())
    with django_assert_num_queries(ATOMIC + 8):
        services.reverse(operation=arrived, **slip())
    with django_assert_num_queries(ATOMIC + 13):
        services.undo_transfer(transfer=sending.transfer, **slip())


def test_a_crossing_costs_what_the_alerts_take(desk, north, bolt, django_assert_max_num_queries):
    desk.receive(north, bolt, 100)
    set_thresholds(product=bolt, warehouse=north, low=Decimal(20), high=None)
    with django_assert_max_num_queries(ATOMIC + 3):
        desk.ship(north, bolt, 10)
    with django_assert_max_num_queries(ATOMIC + 3 + 3):
        desk.ship(north, bolt, 70)
