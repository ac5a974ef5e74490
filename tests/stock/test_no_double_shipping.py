"""However many phones press at once: nothing is shipped twice, nothing goes below zero, nobody deadlocks."""

import random
import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command

from stock import services
from stock.errors import InsufficientStock, Refused
from stock.models import Operation, StockTransaction
from tests.desk import Desk, at_once, level
from tests.factories import LocationFactory, ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_fifty_people_take_one_from_thirty_and_twenty_are_told_so(desk, north, bolt):
    desk.receive(north, bolt, 30)

    outcomes = at_once(50, lambda _: desk.ship(north, bolt, 1))

    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert [type(problem) for outcome in refused for problem in outcome.problems] == [InsufficientStock] * 20
    assert sum(isinstance(outcome, Operation) for outcome in outcomes) == 30
    assert level(bolt, north) == 0
    assert StockTransaction.objects.filter(product=bolt, quantity=-1).count() == 30
    call_command("verify_ledger")


def test_one_key_sent_two_hundred_times_at_once_books_once_and_answers_every_time(desk, north, bolt):
    desk.receive(north, bolt, 30)
    key = uuid.uuid4()

    outcomes = at_once(200, lambda _: desk.ship(north, bolt, 1, key=key))

    assert {outcome.key for outcome in outcomes} == {key}
    assert sorted(outcome.replayed for outcome in outcomes) == [False] + [True] * 199
    assert level(bolt, north) == 29
    assert Operation.objects.filter(kind="ship").count() == 1


def test_operations_with_the_same_products_in_any_order_never_deadlock(desk, north, south):
    products = [ProductFactory() for _ in range(6)]
    bins = [LocationFactory(warehouse=north), LocationFactory(warehouse=north)]
    for product in products:
        for bin in bins:
            desk.receive(north, product, 500, bin)
        desk.receive(south, product, 500)

    def work(n):
        dice = random.Random(n)
        hand = Desk(desk.by)
        for _ in range(8):
            some = dice.sample(products, 4)
            slip = hand._slip({})
            match dice.randrange(4):
                case 0:
                    lines = [services.ShipLine(product=p, quantity=Decimal(1)) for p in some]
                    services.ship(warehouse=north, lines=lines, **slip)
                case 1:
                    lines = [services.ReceiveLine(product=p, quantity=Decimal(1)) for p in some]
                    services.receive(warehouse=north, lines=lines, **slip)
                case 2:
                    pair = dice.sample([north, south], 2)
                    lines = [services.TransferLine(product=p, quantity=Decimal(1)) for p in some]
                    services.transfer(warehouse=pair[0], destination=pair[1], lines=lines, **slip)
                case 3:
                    a, b = dice.sample(bins, 2)
                    lines = [services.MoveLine(product=p, quantity=Decimal(1), source=a, destination=b) for p in some]
                    services.move(warehouse=north, lines=lines, **slip)

    assert at_once(12, work) == [None] * 12
    call_command("verify_ledger")


def test_two_people_who_undo_the_same_operation_undo_it_once(desk, north, bolt):
    received = desk.receive(north, bolt, 5)

    outcomes = at_once(8, lambda _: desk.reverse(received))

    assert {outcome.key for outcome in outcomes} == {Operation.objects.get(kind="reverse").key}
    assert level(bolt, north) == 0


def test_a_hot_key_with_other_contents_is_refused(desk, north, bolt):
    desk.receive(north, bolt, 30)
    key = uuid.uuid4()
    outcomes = at_once(10, lambda n: desk.ship(north, bolt, 1 + n % 2, key=key, at=datetime.now(UTC)))
    booked = [outcome for outcome in outcomes if isinstance(outcome, Operation)]
    refused = [outcome for outcome in outcomes if not isinstance(outcome, Operation)]
    assert {type(outcome).__name__ for outcome in refused} == {"KeyReused"}
    assert len(booked) == 5
    assert Operation.objects.filter(kind="ship").count() == 1
