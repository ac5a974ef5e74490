"""What is on the way arrives in one or more parts, or is written off; then the transfer closes by itself."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from stock import services
from stock.errors import BadOperation, BadQuantity, KeyReused, Refused, StateMovedOn
from stock.models import ReasonCode, TransferEntry
from tests.desk import holdings, level, on_the_way
from tests.factories import LocationFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(desk, north, south, bolt):
    """40 bolts on the way from NORTH to SOUTH."""
    desk.receive(north, bolt, 90)
    return desk.send(north, south, bolt, 40).transfer


def refusal(work):
    with pytest.raises(Refused) as refused:
        work()
    [problem] = refused.value.problems
    return type(problem), problem.line, problem.field, problem.message


def test_it_arrives_in_parts_and_closes_with_the_last(desk, south, bolt, sent):
    shelf = LocationFactory(warehouse=south, code="S-01")
    first = desk.arrive(sent, 30, location=shelf)
    assert on_the_way(sent) == ("sent", (40, 30, 0))
    assert (sent.closed, level(bolt, south)) == (None, 30)
    last = desk.arrive(sent)
    assert on_the_way(sent) == ("closed", (40, 40, 0))
    assert sent.closed == last.created
    assert holdings(bolt, south) == {("S-01", ""): 30, ("DEFAULT", ""): 10}
    assert [(op.kind, op.warehouse, op.transfer) for op in (first, last)] == [("arrive", south, sent)] * 2
    assert [(row.type, row.quantity) for row in last.rows.all()] == [("transfer", 10)]


def test_lots_arrive_as_they_were_sent(desk, north, south):
    milk, today = ProductFactory(tracks_lots=True), timezone.now().date()
    desk.receive(north, milk, 5, lot="SOON", expires=today + timedelta(days=3))
    desk.receive(north, milk, 5, lot="LATE", expires=today + timedelta(days=9))
    transfer = desk.send(north, south, milk, 8).transfer
    desk.arrive(transfer, 4, 3)
    assert holdings(milk, south) == {("DEFAULT", "SOON"): 4, ("DEFAULT", "LATE"): 3}
    assert on_the_way(transfer) == ("sent", (5, 4, 0), (3, 3, 0))


def test_one_line_may_go_to_several_bins(desk, south, bolt, sent):
    line, bins = sent.lines.get(), [LocationFactory(warehouse=south, code=code) for code in ("S-1", "S-2")]
    lines = [services.ArriveLine(line=line, quantity=Decimal(20), location=bin) for bin in bins]
    services.receive_transfer(transfer=sent, lines=lines, by=desk.by, at=timezone.now(), key=uuid.uuid4())
    assert holdings(bolt, south) == {("S-1", ""): 20, ("S-2", ""): 20}
    assert list(TransferEntry.objects.filter(kind="received").values_list("quantity", flat=True)) == [40]
    assert on_the_way(sent) == ("closed", (40, 40, 0))


def test_more_than_is_on_the_way_is_refused_with_the_way_on(desk, south, bolt, sent):
    desk.arrive(sent, 30)
    assert refusal(lambda: desk.arrive(sent, 11)) == (
        BadQuantity,
        0,
        "quantity",
        "Only 10 of BOLT-M8 are on the way. Enter 10 or less, and book the rest as an adjustment: found.",
    )
    twice = [services.ArriveLine(line=sent.lines.get(), quantity=Decimal(q)) for q in (10, 1)]
    with pytest.raises(Refused, match="Nothing of BOLT-M8 is on the way any more"):
        services.receive_transfer(transfer=sent, lines=twice, by=desk.by, at=timezone.now(), key=uuid.uuid4())
    assert (on_the_way(sent), level(bolt, south)) == (("sent", (40, 30, 0)), 30)


def test_the_bin_is_one_of_the_destination_in_use(desk, north, south, sent):
    idle = LocationFactory(warehouse=south, status="inactive")
    for bin in (north.locations.get(), idle):
        assert refusal(lambda bin=bin: desk.arrive(sent, 1, location=bin))[2] == "location"


def test_a_line_of_another_transfer_is_none_of_this(desk, north, south, bolt, sent):
    other = desk.send(north, south, bolt, 5).transfer
    line = services.ArriveLine(line=other.lines.get(), quantity=Decimal(1))
    with pytest.raises(Refused, match="This is no line of the transfer"):
        services.receive_transfer(transfer=sent, lines=[line], by=desk.by, at=timezone.now(), key=uuid.uuid4())


def test_the_same_key_receives_once(desk, south, bolt, sent):
    key = uuid.uuid4()
    first = desk.arrive(sent, 15, key=key)
    again = desk.arrive(sent, 15, key=key)
    assert (again.pk, again.replayed) == (first.pk, True)
    with pytest.raises(KeyReused):
        desk.arrive(sent, 16, key=key)
    assert level(bolt, south) == 15


def test_what_is_closed_cancelled_or_a_draft_receives_nothing(desk, north, south, bolt, sent):
    line = sent.lines.get()
    desk.arrive(sent)
    cancelled = desk.draft(north, south, bolt, 5)
    desk.cancel(cancelled)
    draft = desk.draft(north, south, bolt, 5)
    for transfer in (sent, cancelled, draft):
        arriving = services.ArriveLine(line=line, quantity=Decimal(1))
        with pytest.raises(StateMovedOn, match="nothing of it is on the way"):
            services.receive_transfer(
                transfer=transfer, lines=[arriving], by=desk.by, at=timezone.now(), key=uuid.uuid4()
            )


class TestWritingOff:
    def test_what_is_missing_closes_the_transfer_without_a_ledger_row(self, desk, south, bolt, sent):
        desk.arrive(sent, 38)
        operation = desk.write_off(sent, 2, note="the box was open")
        assert on_the_way(sent) == ("closed", (40, 38, 2))
        assert (operation.kind, operation.warehouse, operation.reason.code) == ("write_off", south, "lost")
        assert (operation.rows.count(), level(bolt, south)) == (0, 38)
        assert list(operation.transit.values_list("kind", "quantity")) == [("written_off", 2)]

    def test_no_more_than_is_on_the_way(self, desk, sent):
        assert refusal(lambda: desk.write_off(sent, 41))[3] == ("Only 40 of BOLT-M8 are on the way. Enter 40 or less.")

    def test_the_reason_is_one_of_loss_in_use_with_the_note_it_asks_for(self, desk, sent):
        assert refusal(lambda: desk.write_off(sent, 1, reason="found"))[:3] == (BadOperation, None, "reason")
        assert refusal(lambda: desk.write_off(sent, 1, reason="correction", note="x"))[2] == "reason"
        ReasonCode.objects.filter(code="lost").update(note_required=True)
        assert refusal(lambda: desk.write_off(sent, 1))[2] == "note"
        ReasonCode.objects.filter(code="lost").update(note_required=False, is_active=False)
        assert refusal(lambda: desk.write_off(sent, 1))[2] == "reason"
        assert on_the_way(sent) == ("sent", (40, 0, 0))

    def test_the_same_key_writes_off_once(self, desk, sent):
        key = uuid.uuid4()
        assert desk.write_off(sent, 2, key=key).pk == desk.write_off(sent, 2, key=key).pk
        assert on_the_way(sent) == ("sent", (40, 0, 2))
