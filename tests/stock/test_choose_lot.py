"""Another lot than the one that expires first leaves by choice: an unexpired one, with a reason that is kept."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from stock.errors import KeyReused, Refused
from stock.models import Operation
from tests.desk import holdings
from tests.factories import LocationFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def milk(desk, north):
    """10 of SOON in A-01 and 10 of LATE in A-02, 5 of OLD, which has expired, and 5 of HELD in quarantine."""
    milk, today = ProductFactory(sku="MILK", tracks_lots=True), timezone.now().date()
    bins = {code: LocationFactory(warehouse=north, code=code) for code in ("A-01", "A-02")}
    cage = LocationFactory(warehouse=north, code="Q-01", kind="quarantine")
    desk.receive(north, milk, 10, bins["A-01"], "SOON", today + timedelta(days=6))
    desk.receive(north, milk, 10, bins["A-02"], "LATE", today + timedelta(days=60))
    desk.receive(north, milk, 5, bins["A-01"], "OLD", today - timedelta(days=1))
    desk.receive(north, milk, 5, cage, "HELD", today + timedelta(days=9))
    return milk


def refusal(ship):
    with pytest.raises(Refused) as refused:
        ship()
    [problem] = refused.value.problems
    return problem.line, problem.field, problem.message


def test_another_lot_leaves_with_a_reason_that_is_kept(desk, north, milk):
    operation = desk.ship(north, milk, 4, lot="LATE", lot_reason=" The customer asks for fresh goods ")
    assert Operation.objects.get(pk=operation.pk).lot_reason == "The customer asks for fresh goods"
    assert holdings(milk, north)[("A-02", "LATE")] == 6


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_it_stays(desk, north, milk, reason):
    before = holdings(milk, north)
    assert refusal(lambda: desk.ship(north, milk, 4, lot="LATE", lot_reason=reason)) == (
        0,
        "lot_reason",
        "Lot SOON goes first. Write why lot LATE is taken instead.",
    )
    assert holdings(milk, north) == before
    assert Operation.objects.filter(kind="ship").count() == 0


def test_naming_the_bin_too_is_no_way_around_the_reason(desk, north, milk):
    shelf = north.locations.get(code="A-02")
    assert refusal(lambda: desk.ship(north, milk, 4, shelf, lot="LATE"))[1] == "lot_reason"


def test_the_lot_that_goes_first_needs_none(desk, north, milk):
    operation = desk.ship(north, milk, 10, lot="SOON", lot_reason="")
    assert (operation.lot_reason, holdings(milk, north).get(("A-01", "SOON"))) == ("", None)
    # What is left of it is gone, so the next lot goes first now.
    assert desk.ship(north, milk, 10, lot="LATE").lot_reason == ""


def test_a_reason_without_a_choice_says_nothing_and_is_not_kept(desk, north, milk):
    assert desk.ship(north, milk, 12, lot_reason="because").lot_reason == ""


@pytest.mark.parametrize(
    ("lot", "quantity", "field", "said"),
    [
        ("OLD", 1, "lot_number", "Lot OLD expired on {yesterday}. Expired goods leave by Adjust, reason Expired."),
        ("NONE", 1, "lot_number", "Lot NONE does not lie in NORTH. Choose another, or leave it empty."),
        ("LATE", 11, "quantity", "Only 10 on hand in NORTH, lot LATE. Enter 10 or less."),
        (
            "HELD",
            1,
            "quantity",
            "MILK: 0 on hand in NORTH, lot HELD. Another 5 are in quarantine or not put away yet.",
        ),
    ],
)
def test_a_lot_that_cannot_leave(desk, north, milk, lot, quantity, field, said):
    day = timezone.now().date() - timedelta(days=1)
    words = said.format(yesterday=f"{day.day} {day:%b %Y}")
    assert refusal(lambda: desk.ship(north, milk, quantity, lot=lot, lot_reason="why not")) == (0, field, words)


def test_the_reason_and_the_lot_belong_to_what_a_key_stands_for(desk, north, milk):
    key = uuid.uuid4()
    desk.ship(north, milk, 1, lot="LATE", lot_reason="fresh", key=key)
    assert desk.ship(north, milk, 1, lot="LATE", lot_reason="fresh", key=key).replayed
    for changed in ({"lot": "SOON"}, {"lot": "LATE", "lot_reason": "other"}, {}):
        with pytest.raises(KeyReused):
            desk.ship(north, milk, 1, key=key, **changed)
