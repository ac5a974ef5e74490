"""What the books said at a past moment: from the first line ever to now, whatever was booked since."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from stock.models import StockTransaction
from stock.queries.as_of import first_id_of, last_id_at, last_id_of, levels_as_of, past_parts, past_places
from tests.desk import holdings, level
from tests.factories import LocationFactory, ProductFactory, WarehouseFactory
from tests.stock.moments import now
from tests.stock.shelves import fill

pytestmark = pytest.mark.django_db


def said(at, product, *warehouses):
    levels = levels_as_of(at, products=[product.pk], warehouses=[place.pk for place in warehouses])
    return [levels[product.pk, place.pk] for place in warehouses]


def test_each_moment_has_the_level_that_the_books_had_then(desk, bolt, north, south):
    moments = [now()]
    for book in (
        lambda: desk.receive(north, bolt, 10),
        lambda: desk.ship(north, bolt, 3),
        lambda: desk.transfer(north, south, bolt, 5),
        lambda: desk.reverse(desk.ship(south, bolt, 2)),
    ):
        book()
        moments.append(now())
    assert [said(at, bolt, north, south) for at in moments] == [[0, 0], [10, 0], [7, 0], [2, 5], [2, 5]]


def test_the_past_follows_what_was_booked_when_and_not_what_was_done_when(desk, bolt, north):
    before = now()
    desk.receive(north, bolt, 10, at=before - timedelta(days=3))
    assert said(before, bolt, north) == [0]
    assert said(now(), bolt, north) == [10]


def test_a_line_counts_from_its_own_moment_on(desk, bolt, north):
    desk.receive(north, bolt, 10)
    moment = StockTransaction.objects.get().created
    assert said(moment, bolt, north) == [10]
    assert said(moment - timedelta(microseconds=1), bolt, north) == [0]


def test_every_level_of_a_random_day_is_found_again(desk, north, south):
    """At every moment of a busy day the past says what the levels were, for each of several products at once."""
    products = fill(desk, north, 3, quantity=100)
    shelf = LocationFactory(warehouse=north)
    seen = []
    for step in range(30):
        product = products[step % 3]
        book = (
            lambda p: desk.ship(north, p, 2),
            lambda p: desk.transfer(north, south, p, 3),
            lambda p: desk.receive(south, p, 1),
            lambda p: desk.move(north, p, 1, north.locations.get(is_default=True), shelf),
        )[step % 4]
        book(product)
        seen.append((now(), {(p.pk, w.pk): level(p, w) for p in products for w in (north, south)}))
    keys = {"products": [p.pk for p in products], "warehouses": [north.pk, south.pk]}
    assert [levels_as_of(at, **keys) for at, _ in seen] == [levels for _, levels in seen]


@pytest.mark.parametrize("count", [1, 3, 50])
def test_one_query_whatever_is_asked(desk, north, south, count, django_assert_num_queries):
    products = fill(desk, north, count)
    at = now()
    with django_assert_num_queries(1):
        levels = levels_as_of(at, products=[p.pk for p in products], warehouses=[north.pk, south.pk])
    assert sum(levels.values()) == 10 * count


def test_an_empty_ledger_and_moments_beyond_it_say_nothing(desk, bolt, north):
    moments = [datetime(1971, 1, 1, tzinfo=UTC), now(), datetime(2900, 1, 1, tzinfo=UTC)]
    assert [said(at, bolt, north) for at in moments] == [[0]] * 3
    desk.receive(north, bolt, 1)
    assert [said(at, bolt, north) for at in moments] == [[0], [0], [1]]


def test_bins_and_lots_are_found_as_they_lay(desk, north):
    milk = ProductFactory(sku="MILK", tracks_lots=True)
    shelf = LocationFactory(warehouse=north, code="A-01")
    today = timezone.now().date()
    desk.receive(north, milk, 5, shelf, "NEW", today + timedelta(days=9))
    desk.receive(north, milk, 2, shelf, "OLD", today + timedelta(days=1))
    then, was = now(), holdings(milk, north)
    desk.ship(north, milk, 4)
    desk.move(north, milk, 1, shelf, north.locations.get(is_default=True), "NEW")
    [place] = past_places(milk, [north], at=then, since=None)
    assert [(part.bin, part.lot, part.quantity) for part in place.parts] == [("A-01", "OLD", 2), ("A-01", "NEW", 5)]
    assert {(part.bin, part.lot): part.quantity for part in place.parts} == was
    assert (place.quantity, place.change) == (7, None)
    assert lots_in(shelf, then) == {milk.pk: [("OLD", 2), ("NEW", 5)]}
    assert lots_in(shelf, now()) == {milk.pk: [("NEW", holdings(milk, north)["A-01", "NEW"])]}


def lots_in(location, at):
    return {
        product: [(part.lot, part.quantity) for part in parts] for product, parts in past_parts(location, at).items()
    }


def test_two_moments_differ_by_what_was_booked_between(desk, bolt, north, south):
    desk.receive(north, bolt, 10)
    first = now()
    desk.ship(north, bolt, 4)
    desk.receive(south, bolt, 1)
    places = past_places(bolt, [north, south], at=now(), since=first)
    assert [(place.warehouse.code, place.quantity, place.change) for place in places] == [
        ("NORTH", 6, -4),
        ("SOUTH", 1, 1),
    ]


def test_what_was_expired_is_judged_by_the_day_of_the_moment(desk, north):
    milk = ProductFactory(tracks_lots=True)
    desk.receive(north, milk, 1, lot="L", expires=timezone.now().date() - timedelta(days=1))
    [place] = past_places(milk, [north], at=now(), since=None)
    assert [part.expired for part in place.parts] == [True]


def test_no_line_of_a_moment_or_a_day_lies_beyond_its_bound(desk, bolt, north):
    """The bounds may be wide; they must never cut off. A line of yesterday that came today is within yesterday's."""
    kiritimati = WarehouseFactory(code="KIRITIMATI", time_zone="Pacific/Kiritimati")
    desk.receive(north, bolt, 10, at=now() - timedelta(days=5))
    desk.receive(kiritimati, bolt, 10)
    desk.receive(north, bolt, 10, at=now() + timedelta(minutes=4))
    lines = list(StockTransaction.objects.all())
    assert last_id_at(now()) >= max(line.pk for line in lines)
    for line in lines:
        assert first_id_of(line.occurred_on) < line.pk <= last_id_of(line.occurred_on)
    # Nothing happened on the days before, and nothing on those after.
    first, last = min(line.occurred_on for line in lines), max(line.occurred_on for line in lines)
    assert last_id_of(first - timedelta(days=9)) == 0
    assert first_id_of(last + timedelta(days=9)) == max(line.pk for line in lines)
