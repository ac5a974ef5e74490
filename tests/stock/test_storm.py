"""A minute of fifty people at ten products, everything at once: no deadlock reaches anybody, and the books agree."""

import random
import time
import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command

from stock import services
from stock.errors import Busy, NotReversible, Refused
from stock.models import Operation, ReasonCode
from tests.desk import at_once
from tests.factories import LocationFactory, ProductFactory

SECONDS = 60
PEOPLE = 50


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_storm_of_mixed_operations_keeps_the_laws(desk, north, south):
    products = [ProductFactory(low_threshold=20, high_threshold=400) for _ in range(10)]
    bins = [LocationFactory(warehouse=north) for _ in range(3)]
    for product in products:
        for bin in bins:
            desk.receive(north, product, 100, bin)
    until = time.monotonic() + SECONDS

    def person(n):
        dice, booked = random.Random(n), 0
        while time.monotonic() < until:
            try:
                one_operation(desk, dice, products, [north, south], bins)
                booked += 1
            except (Refused, NotReversible, Busy):
                pass
        return booked

    outcomes = at_once(PEOPLE, person)
    assert all(isinstance(booked, int) for booked in outcomes), outcomes
    assert sum(outcomes) > PEOPLE
    call_command("verify_ledger")


def one_operation(desk, dice, products, warehouses, bins):
    """Book something at random: any verb, one to five products, in any order."""
    some = dice.sample(products, dice.randint(1, 5))
    quantity = Decimal(dice.randint(1, 20))
    slip = {"by": desk.by, "at": datetime.now(UTC), "key": uuid.uuid4()}
    here, there = dice.sample(warehouses, 2)
    a, b = dice.sample(bins, 2)
    match dice.randrange(6):
        case 0:
            lines = [services.ReceiveLine(product=p, quantity=quantity) for p in some]
            services.receive(warehouse=here, lines=lines, **slip)
        case 1:
            lines = [services.ShipLine(product=p, quantity=quantity) for p in some]
            services.ship(warehouse=here, lines=lines, **slip)
        case 2:
            lines = [services.MoveLine(product=p, quantity=quantity, source=a, destination=b) for p in some]
            services.move(warehouse=warehouses[0], lines=lines, **slip)
        case 3:
            lines = [services.TransferLine(product=p, quantity=quantity) for p in some]
            services.transfer(warehouse=here, destination=there, lines=lines, **slip)
        case 4:
            lines = [services.AdjustLine(product=p, quantity=quantity, location=a) for p in some]
            services.adjust(warehouse=warehouses[0], lines=lines, reason=ReasonCode.objects.get(code="found"), **slip)
        case 5:
            last = Operation.objects.exclude(kind="reverse").filter(reversal=None).order_by("-created")[:20]
            services.reverse(operation=dice.choice(list(last)), **slip)
