"""Several people on one transfer at the same moment: nothing arrives twice, and nobody is left without an answer."""

import uuid

import pytest
from django.core.management import call_command

from stock.errors import NotReversible, Refused, StateMovedOn
from stock.models import Operation, Transfer
from tests.desk import at_once, level, on_the_way

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(desk, north, south, bolt):
    desk.receive(north, bolt, 100)
    sent = desk.send(north, south, bolt, 40).transfer
    sent.refresh_from_db()
    return sent


@pytest.fixture(autouse=True)
def lawful():
    yield
    call_command("verify_ledger")


def failures(outcomes):
    return [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)]


def test_never_more_arrives_than_was_sent(desk, south, bolt, sent):
    outcomes = at_once(5, lambda _: desk.arrive(sent, 15))
    assert failures(outcomes) == [Refused] * 3
    assert (on_the_way(sent), level(bolt, south)) == (("sent", (40, 30, 0)), 30)


def test_two_who_receive_all_of_it_are_one_who_does(desk, south, bolt, sent):
    outcomes = at_once(2, lambda _: desk.arrive(sent, 40))
    assert failures(outcomes) == [StateMovedOn]
    assert (on_the_way(sent), level(bolt, south)) == (("closed", (40, 40, 0)), 40)


def test_the_same_key_many_times_receives_once(desk, south, bolt, sent):
    key = uuid.uuid4()
    outcomes = at_once(6, lambda _: desk.arrive(sent, 15, key=key))
    assert {outcome.pk for outcome in outcomes} == {key}
    assert level(bolt, south) == 15


@pytest.mark.parametrize("again", range(3))
def test_cancelling_against_receiving(desk, north, south, bolt, sent, again):
    steps = (lambda: desk.cancel(sent), lambda: desk.arrive(sent, 40))
    outcomes = at_once(2, lambda n: steps[n]())
    [failed] = failures(outcomes)
    assert failed in (StateMovedOn, NotReversible)
    ends = {"cancelled": (100, 0), "closed": (60, 40)}
    assert (level(bolt, north), level(bolt, south)) == ends[on_the_way(sent)[0]]


def test_one_draft_is_sent_once(desk, north, south, bolt, sent):
    draft = desk.draft(north, south, bolt, 10)
    outcomes = at_once(3, lambda _: desk.send(north, south, bolt, 10, transfer=draft, version=1))
    assert failures(outcomes) == [StateMovedOn] * 2
    assert (on_the_way(draft), level(bolt, north)) == (("sent", (10, 0, 0)), 50)


def test_the_same_key_many_times_sends_once(desk, north, south, bolt):
    desk.receive(north, bolt, 100)
    key = uuid.uuid4()
    outcomes = at_once(6, lambda _: desk.send(north, south, bolt, 10, key=key))
    assert {outcome.pk for outcome in outcomes} == {key}
    assert (Transfer.objects.count(), level(bolt, north)) == (1, 90)


def test_the_same_key_many_times_drafts_once(desk, north, south, bolt):
    key = uuid.uuid4()
    outcomes = at_once(6, lambda _: desk.draft(north, south, bolt, 10, key=key))
    assert len({outcome.pk for outcome in outcomes}) == Transfer.objects.count() == 1


def test_the_whole_undone_while_its_steps_are(desk, north, south, bolt, sent):
    """Everybody answers: who undoes it all waits for who undoes a step, and the other way round, never both."""
    steps = [desk.arrive(sent, 10), desk.arrive(sent, 20), desk.write_off(sent, 10)]
    work = [lambda: desk.undo(sent), lambda: desk.undo(sent), *(lambda step=step: desk.reverse(step) for step in steps)]
    outcomes = at_once(5, lambda n: work[n]())
    assert failures(outcomes) == []
    assert (on_the_way(sent), level(bolt, north), level(bolt, south)) == (("cancelled", (0, 0, 0)), 100, 0)
    assert Operation.objects.filter(kind="reverse").count() == 4


def test_crossing_transfers_and_their_undoing_never_wait_for_one_another_for_good(desk, north, south, bolt, sent):
    desk.receive(south, bolt, 100)
    back = desk.send(south, north, bolt, 30).transfer
    desk.arrive(sent, 20)
    desk.arrive(back, 20)
    work = [
        lambda: desk.undo(sent),
        lambda: desk.undo(back),
        lambda: desk.transfer(north, south, bolt, 5),
        lambda: desk.transfer(south, north, bolt, 5),
    ]
    assert failures(at_once(4, lambda n: work[n]())) == []
    assert (level(bolt, north), level(bolt, south)) == (100, 100)
