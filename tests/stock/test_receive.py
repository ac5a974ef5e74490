"""Goods come in: into the bin that is named or the default one, with their lot, whole or not at all."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from catalog.models import Lot
from stock import services
from stock.errors import BadLocation, BadLot, BadOperation, BadQuantity, ProductArchived, Refused
from stock.models import Holding, Inventory, Operation, StockTransaction
from stock.services import ReceiveLine
from tests.desk import holdings, level
from tests.factories import LocationFactory, ProductFactory, UnitFactory

pytestmark = pytest.mark.django_db


def test_goods_lie_in_the_bin_that_is_named_else_in_the_default_one(desk, north, bolt):
    bin = LocationFactory(warehouse=north, code="A-01")
    desk.receive(north, bolt, 5, bin)
    operation = desk.receive(north, bolt, 2, reference="PO-7", note="two boxes")

    assert holdings(bolt, north) == {("A-01", ""): 5, ("DEFAULT", ""): 2}
    row = operation.rows.get()
    assert (row.type, row.quantity, row.balance_after) == ("in", 2, 7)
    stored = Operation.objects.get(pk=operation.pk)
    assert (stored.kind, stored.reference, stored.note, stored.by) == ("receive", "PO-7", "two boxes", desk.by)


def test_a_lot_is_made_with_its_first_goods_and_keeps_its_expiry(desk, north):
    milk = ProductFactory(tracks_lots=True)
    desk.receive(north, milk, 5, lot="L1", expires=date(2027, 1, 31))
    desk.receive(north, milk, 5, lot="L1")
    desk.receive(north, milk, 5, lot="L1", expires=date(2027, 1, 31))
    assert Lot.objects.get().expires_on == date(2027, 1, 31)
    assert holdings(milk, north) == {("DEFAULT", "L1"): 15}
    with pytest.raises(Refused, match="on record as expiring on"):
        desk.receive(north, milk, 5, lot="L1", expires=date(2027, 2, 1))


def test_every_bad_line_is_named_and_nothing_is_booked(desk, north, south, bolt):
    milk = ProductFactory(sku="MILK", tracks_lots=True)
    gone = ProductFactory(status="archived")
    rope = ProductFactory(unit=UnitFactory(code="m", decimals=2))
    idle = LocationFactory(warehouse=north, status="inactive")
    elsewhere = LocationFactory(warehouse=south)
    lines = [
        ReceiveLine(product=bolt, quantity=Decimal(1)),
        ReceiveLine(product=gone, quantity=Decimal(1)),
        ReceiveLine(product=bolt, quantity=Decimal(0)),
        ReceiveLine(product=bolt, quantity=Decimal("-1")),
        ReceiveLine(product=bolt, quantity=Decimal("NaN")),
        ReceiveLine(product=bolt, quantity=Decimal("10000000")),
        ReceiveLine(product=bolt, quantity=Decimal("1.5")),
        ReceiveLine(product=rope, quantity=Decimal("1.555")),
        ReceiveLine(product=bolt, quantity=Decimal(1), location=elsewhere),
        ReceiveLine(product=bolt, quantity=Decimal(1), location=idle),
        ReceiveLine(product=milk, quantity=Decimal(1)),
        ReceiveLine(product=bolt, quantity=Decimal(1), lot_number="L9"),
        ReceiveLine(product=rope, quantity=Decimal("1.55")),
    ]
    with pytest.raises(Refused) as refused:
        services.receive(warehouse=north, lines=lines, by=desk.by, at=datetime.now(UTC), key=uuid.uuid4())
    assert [(problem.line, type(problem), problem.field) for problem in refused.value.problems] == [
        (1, ProductArchived, "code"),
        (2, BadQuantity, "quantity"),
        (3, BadQuantity, "quantity"),
        (4, BadQuantity, "quantity"),
        (5, BadQuantity, "quantity"),
        (6, BadQuantity, "quantity"),
        (7, BadQuantity, "quantity"),
        (8, BadLocation, "location"),
        (9, BadLocation, "location"),
        (10, BadLot, "lot_number"),
        (11, BadLot, "lot_number"),
    ]
    for model in (Operation, StockTransaction, Inventory, Holding, Lot):
        assert model.objects.count() == 0


def test_an_operation_has_between_one_and_a_thousand_lines(desk, north, bolt):
    line = ReceiveLine(product=bolt, quantity=Decimal(1))
    for lines, words in (([], "at least one line"), ([line] * 1001, "at most 1,000 lines; this one has 1,001")):
        with pytest.raises(Refused, match=words) as refused:
            services.receive(warehouse=north, lines=lines, by=desk.by, at=datetime.now(UTC), key=uuid.uuid4())
        assert [type(problem) for problem in refused.value.problems] == [BadOperation]
    services.receive(warehouse=north, lines=[line] * 1000, by=desk.by, at=datetime.now(UTC), key=uuid.uuid4())
    assert level(bolt, north) == 1000


def test_nothing_is_booked_in_a_closed_warehouse(desk, north, bolt):
    north.status = "closed"
    north.save()
    with pytest.raises(Refused, match="NORTH is closed"):
        desk.receive(north, bolt, 1)


def test_a_level_beyond_what_the_books_hold_is_refused_in_words(desk, north, bolt):
    line = ReceiveLine(product=bolt, quantity=Decimal("9999999"))
    for _ in range(10):
        services.receive(warehouse=north, lines=[line] * 1000, by=desk.by, at=datetime.now(UTC), key=uuid.uuid4())
    with pytest.raises(Refused, match="larger than the books can hold"):
        services.receive(warehouse=north, lines=[line] * 1000, by=desk.by, at=datetime.now(UTC), key=uuid.uuid4())
    assert level(bolt, north) == Decimal("99999990000")
