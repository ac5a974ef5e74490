"""Taking back what was done to a transfer: one step, its sending, or all of it."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from stock.errors import NotReversible, StateMovedOn
from stock.models import Operation, TransferEntry
from tests.desk import holdings, level, on_the_way

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(desk, north, south, bolt):
    """40 of 90 bolts on the way from NORTH to SOUTH."""
    desk.receive(north, bolt, 90)
    sent = desk.send(north, south, bolt, 40).transfer
    sent.refresh_from_db()
    return sent


def refusal(work):
    with pytest.raises(NotReversible) as refused:
        work()
    return str(refused.value), [(op.kind, op.pk) for op in refused.value.later]


def test_a_receipt_that_is_undone_opens_the_transfer_again(desk, south, bolt, sent):
    arrived = desk.arrive(sent)
    reversal = desk.reverse(arrived)
    assert (on_the_way(sent), sent.closed) == (("sent", (40, 0, 0)), None)
    assert (level(bolt, south), reversal.transfer) == (0, sent)
    assert list(reversal.transit.values_list("kind", "quantity")) == [("received", -40)]
    assert desk.reverse(arrived).pk == reversal.pk
    desk.arrive(sent, 40)
    assert on_the_way(sent) == ("closed", (40, 40, 0))


def test_a_receipt_whose_goods_have_moved_on_says_who_took_them(desk, south, bolt, sent):
    arrived = desk.arrive(sent)
    shipped = desk.ship(south, bolt, 1)
    words, later = refusal(lambda: desk.reverse(arrived))
    assert ("Only 39 on hand" in words, later) == (True, [("ship", shipped.pk)])
    assert on_the_way(sent) == ("closed", (40, 40, 0))


def test_a_write_off_that_is_undone_is_on_the_way_again(desk, sent):
    desk.arrive(sent, 38)
    written_off = desk.write_off(sent)
    reversal = desk.reverse(written_off)
    assert on_the_way(sent) == ("sent", (40, 38, 0))
    assert (reversal.rows.count(), list(reversal.transit.values_list("kind", "quantity"))) == (
        0,
        [("written_off", -2)],
    )


def test_a_sending_that_is_undone_brings_the_goods_back_where_they_lay(desk, north, bolt, sent):
    desk.reverse(sent.operations.get())
    assert (level(bolt, north), holdings(bolt, north)) == (90, {("DEFAULT", ""): 90})
    assert on_the_way(sent) == ("cancelled", (0, 0, 0))
    assert sent.lines.get().wanted == 40


def test_a_sending_stands_while_something_of_it_was_received_or_written_off(desk, north, bolt, sent):
    sending = sent.operations.get()
    arrived, written_off = desk.arrive(sent, 1), desk.write_off(sent, 2)
    sent.refresh_from_db()
    in_the_way = [("write_off", written_off.pk), ("arrive", arrived.pk)]
    said = "Some of this was received or written off already. Undo that first."
    assert refusal(lambda: desk.reverse(sending)) == (said, in_the_way)
    assert refusal(lambda: desk.cancel(sent)) == (said, in_the_way)
    assert level(bolt, north) == 50
    desk.reverse(written_off)
    assert refusal(lambda: desk.reverse(sending))[1] == [("arrive", arrived.pk)]
    desk.reverse(arrived)
    desk.reverse(sending)
    assert (level(bolt, north), on_the_way(sent)) == (90, ("cancelled", (0, 0, 0)))


class TestCancelling:
    def test_a_sent_one_comes_back_once(self, desk, north, bolt, sent):
        assert [desk.cancel(sent).state for _ in range(2)] == ["cancelled", "cancelled"]
        assert (level(bolt, north), Operation.objects.filter(kind="reverse").count()) == (90, 1)

    def test_what_was_seen_as_a_draft_is_not_brought_back_from_the_way(self, desk, north, south, bolt):
        desk.receive(north, bolt, 90)
        draft = desk.draft(north, south, bolt, 5)
        desk.send(north, south, bolt, 5, transfer=draft, version=draft.version)
        with pytest.raises(StateMovedOn):
            desk.cancel(draft)
        assert on_the_way(draft) == ("sent", (5, 0, 0))

    def test_a_closed_one_has_moved_on(self, desk, sent):
        desk.arrive(sent)
        sent.refresh_from_db()
        with pytest.raises(StateMovedOn):
            desk.cancel(sent)


class TestTheWholeTransfer:
    def test_it_is_undone_newest_first_in_one_go(self, desk, north, south, bolt, sent):
        first, second, off = desk.arrive(sent, 20), desk.arrive(sent, 18), desk.write_off(sent)
        sending = sent.operations.get(kind="send")
        reversals = desk.undo(sent)
        assert [reversal.reverses for reversal in reversals] == [off, second, first, sending]
        assert on_the_way(sent) == ("cancelled", (0, 0, 0))
        assert (level(bolt, north), level(bolt, south)) == (90, 0)
        assert sum(TransferEntry.objects.values_list("quantity", flat=True)) == 0

    def test_undoing_twice_is_the_same_as_once(self, desk, sent):
        desk.arrive(sent)
        key = uuid.uuid4()
        desk.undo(sent, key=key)
        assert [desk.undo(sent, key=again) for again in (key, uuid.uuid4())] == [[], []]
        assert Operation.objects.filter(kind="reverse").count() == 2

    def test_whole_or_not_at_all(self, desk, north, south, bolt, sent):
        desk.arrive(sent, 20)
        written_off = desk.write_off(sent)
        desk.ship(south, bolt, 1)
        assert "Only 19 on hand" in refusal(lambda: desk.undo(sent))[0]
        assert on_the_way(sent) == ("closed", (40, 20, 20))
        assert not hasattr(Operation.objects.get(pk=written_off.pk), "reversal")
        assert (level(bolt, north), level(bolt, south)) == (50, 19)

    def test_what_was_undone_before_stays_undone(self, desk, north, bolt, sent):
        arrived = desk.arrive(sent)
        desk.reverse(arrived)
        assert len(desk.undo(sent)) == 1
        assert (on_the_way(sent), level(bolt, north)) == (("cancelled", (0, 0, 0)), 90)

    def test_a_draft_was_never_sent(self, desk, north, south, bolt):
        draft = desk.draft(north, south, bolt, 4)
        assert refusal(lambda: desk.undo(draft)) == ("This was not sent yet. Cancel it instead.", [])

    def test_past_the_limit_of_days_it_stays(self, desk, sent):
        type(sent.source).objects.update(undo_limit_days=0)
        assert "Book a correction instead." in refusal(lambda: desk.undo(sent))[0]


def test_the_clock_of_the_device_says_when(desk, south, bolt, sent):
    with time_machine.travel(timezone.now() - timedelta(days=2), tick=False):
        arrived = desk.arrive(sent)
    assert (timezone.now() - arrived.at).days == 2
    assert arrived.created > arrived.at
