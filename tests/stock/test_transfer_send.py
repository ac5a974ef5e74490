"""Goods on their way: out of the source, on no level, with a line a product and lot that was taken."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from stock import services
from stock.errors import BadLocation, InsufficientStock, KeyReused, Refused, StateMovedOn
from stock.models import Operation, Transfer, TransferEntry
from tests.desk import holdings, level, on_the_way
from tests.factories import LocationFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def milk(desk, north):
    milk, today = ProductFactory(sku="MILK", tracks_lots=True), timezone.now().date()
    desk.receive(north, milk, 5, lot="LATE", expires=today + timedelta(days=30))
    desk.receive(north, milk, 5, lot="SOON", expires=today + timedelta(days=3))
    return milk


def test_what_is_sent_left_one_level_and_reached_none(desk, north, south, bolt):
    desk.receive(north, bolt, 90)
    operation = desk.send(north, south, bolt, 40, reference="T-9", note="on pallet 3")
    assert (level(bolt, north), level(bolt, south)) == (50, 0)
    assert [(row.type, row.quantity) for row in operation.rows.all()] == [("transfer", -40)]
    transfer = operation.transfer
    assert on_the_way(transfer) == ("sent", (40, 0, 0))
    assert (transfer.reference, transfer.note, transfer.sent) == ("T-9", "on pallet 3", operation.created)
    assert (operation.kind, operation.warehouse) == ("send", north)
    assert list(TransferEntry.objects.values_list("operation", "kind", "quantity")) == [(operation.pk, "sent", 40)]


def test_the_lines_keep_the_lots_that_were_taken_first_expired_first(desk, north, south, milk):
    transfer = desk.send(north, south, milk, 7).transfer
    assert [(line.lot.number, line.sent) for line in transfer.lines.all()] == [("SOON", 5), ("LATE", 2)]


def test_two_lines_of_a_product_are_one_line_of_the_transfer(desk, north, south, bolt):
    desk.receive(north, bolt, 10)
    lines = [services.TransferLine(product=bolt, quantity=Decimal(q)) for q in (3, 4)]
    transfer = desk.send(north, south, bolt, 1, lines=lines).transfer
    assert on_the_way(transfer) == ("sent", (7, 0, 0))


def test_another_lot_goes_by_choice_with_a_reason_that_is_kept(desk, north, south, milk):
    with pytest.raises(Refused, match="Lot SOON goes first"):
        desk.send(north, south, milk, 2, lot="LATE")
    operation = desk.send(north, south, milk, 2, lot="LATE", lot_reason="asked for")
    assert (operation.lot_reason, operation.transfer.lines.get().lot.number) == ("asked for", "LATE")


def test_goods_leave_the_bin_that_is_named(desk, north, south, bolt):
    shelf = LocationFactory(warehouse=north, code="B-1")
    desk.receive(north, bolt, 10)
    desk.receive(north, bolt, 10, shelf)
    desk.send(north, south, bolt, 4, shelf)
    assert holdings(bolt, north) == {("DEFAULT", ""): 10, ("B-1", ""): 6}


def test_every_bad_line_is_named_and_nothing_is_left_behind(desk, north, south, bolt):
    desk.receive(north, bolt, 5)
    nut, there = ProductFactory(), LocationFactory(warehouse=south)
    lines = [
        services.TransferLine(product=bolt, quantity=Decimal(5)),
        services.TransferLine(product=nut, quantity=Decimal(1)),
        services.TransferLine(product=bolt, quantity=Decimal(1), destination=there),
    ]
    with pytest.raises(Refused) as refused:
        desk.send(north, south, bolt, 1, lines=lines)
    assert [(type(p), p.line) for p in refused.value.problems] == [(InsufficientStock, 1), (BadLocation, 2)]
    assert (level(bolt, north), Transfer.objects.count(), Operation.objects.count()) == (5, 0, 1)


def test_it_takes_two_warehouses_both_open(desk, north, south, bolt):
    desk.receive(north, bolt, 5)
    with pytest.raises(Refused, match="other than the one it comes from"):
        desk.send(north, north, bolt, 1)
    south.status = "closed"
    south.save()
    with pytest.raises(Refused, match="SOUTH is closed"):
        desk.send(north, south, bolt, 1)
    assert (level(bolt, north), Transfer.objects.count()) == (5, 0)


def test_the_same_key_sends_once_and_other_contents_are_refused(desk, north, south, bolt):
    desk.receive(north, bolt, 20)
    key = uuid.uuid4()
    first = desk.send(north, south, bolt, 4, key=key)
    again = desk.send(north, south, bolt, 4, key=key)
    assert (again.pk, again.replayed, again.transfer_id) == (first.pk, True, first.transfer_id)
    for other in ({"quantity": 5}, {"quantity": 4, "reference": "other"}):
        with pytest.raises(KeyReused):
            desk.send(north, south, bolt, key=key, **other)
    assert (level(bolt, north), Transfer.objects.count()) == (16, 1)


def test_a_refused_sending_may_use_its_key_again(desk, north, south, bolt):
    key = uuid.uuid4()
    with pytest.raises(Refused):
        desk.send(north, south, bolt, 4, key=key)
    desk.receive(north, bolt, 4)
    assert on_the_way(desk.send(north, south, bolt, 4, key=key).transfer) == ("sent", (4, 0, 0))


class TestFromADraft:
    def test_a_draft_takes_nothing(self, desk, north, south, bolt):
        draft = desk.draft(north, south, bolt, 40, reference="R", note="N")
        assert (draft.state, draft.version, Operation.objects.count()) == ("draft", 1, 0)
        assert [(line.product, line.wanted, line.sent) for line in draft.lines.all()] == [(bolt, 40, 0)]

    def test_it_is_changed_and_then_sent(self, desk, north, south, bolt):
        desk.receive(north, bolt, 10)
        draft = desk.draft(north, south, bolt, 40)
        draft = desk.draft(north, south, bolt, 8, transfer=draft, version=1)
        operation = desk.send(north, south, bolt, 7, transfer=draft, version=2)
        assert on_the_way(draft) == ("sent", (7, 0, 0))
        assert (operation.transfer_id, draft.version, Transfer.objects.count()) == (draft.pk, 3, 1)

    def test_it_keeps_bins_and_lots_that_are_named(self, desk, north, south, milk):
        shelf = LocationFactory(warehouse=north)
        draft = desk.draft(north, south, milk, 1, shelf, "LATE", lot_reason="asked for")
        line = draft.lines.get()
        assert (line.location, line.lot.number, draft.lot_reason) == (shelf, "LATE", "asked for")
        with pytest.raises(Refused, match="MILK has no lot NOPE"):
            desk.draft(north, south, milk, 1, lot="NOPE")

    def test_the_same_key_keeps_it_once(self, desk, north, south, bolt):
        key = uuid.uuid4()
        first, again = (desk.draft(north, south, bolt, 4, key=key) for _ in range(2))
        assert (first.pk, first.version) == (again.pk, again.version)
        with pytest.raises(KeyReused):
            desk.draft(north, south, bolt, 5, key=key)
        change = uuid.uuid4()
        for _ in range(2):
            changed = desk.draft(north, south, bolt, 6, transfer=first, version=1, key=change)
            assert (changed.version, changed.lines.get().wanted) == (2, 6)

    def test_who_has_seen_an_older_one_is_told(self, desk, north, south, bolt):
        desk.receive(north, bolt, 50)
        draft = desk.draft(north, south, bolt, 4)
        desk.draft(north, south, bolt, 5, transfer=draft, version=1)
        for verb in (desk.draft, desk.send):
            with pytest.raises(StateMovedOn, match="was changed, sent or cancelled meanwhile"):
                verb(north, south, bolt, 6, transfer=draft, version=1)
        desk.send(north, south, bolt, 5, transfer=draft, version=2)
        for verb in (desk.draft, desk.send):
            with pytest.raises(StateMovedOn):
                verb(north, south, bolt, 6, transfer=draft, version=3)
        assert level(bolt, north) == 45

    def test_the_key_of_a_draft_sends_nothing_at_once(self, desk, north, south, bolt):
        desk.receive(north, bolt, 50)
        key = uuid.uuid4()
        desk.draft(north, south, bolt, 4, key=key)
        with pytest.raises(KeyReused):
            desk.send(north, south, bolt, 4, key=key)
        desk.send(north, south, bolt, 4, key=(other := uuid.uuid4()))
        with pytest.raises(KeyReused):
            desk.draft(north, south, bolt, 4, key=other)
        assert level(bolt, north) == 46

    def test_bad_lines_are_named(self, desk, north, south):
        kilo, gone = ProductFactory(), ProductFactory(sku="GONE", status="archived")
        lines = [
            services.TransferLine(product=kilo, quantity=Decimal("1.5")),
            services.TransferLine(product=gone, quantity=Decimal(1)),
            services.TransferLine(product=kilo, quantity=Decimal(1), source=LocationFactory(warehouse=south)),
        ]
        with pytest.raises(Refused) as refused:
            desk.draft(north, south, kilo, 1, lines=lines)
        assert [(p.line, p.field) for p in refused.value.problems] == [(0, "quantity"), (1, "code"), (2, "source")]
        with pytest.raises(Refused, match="Add at least one line"):
            desk.draft(north, south, kilo, 1, lines=[])
        assert Transfer.objects.count() == 0

    def test_a_cancelled_one_stays_cancelled(self, desk, north, south, bolt):
        draft = desk.draft(north, south, bolt, 4)
        assert [desk.cancel(draft).state for _ in range(2)] == ["cancelled", "cancelled"]
        with pytest.raises(StateMovedOn):
            desk.send(north, south, bolt, 4, transfer=draft, version=2)
